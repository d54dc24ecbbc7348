/** Recognizes what people paste or pipe instead of a dump: text of kubectl that was made to be read, and dumps with something around them. */

/** The number of bytes at the beginning of an input from which its format is recognized. */
export const HEAD = 4096

/** A prompt and a command line, or the command line alone. A line that begins with # is a comment of YAML. */
const COMMAND_LINE = /^(?!#)(?:[^\n{]{0,200}[$#>%❯»]\s*)?(?:sudo\s+)?(?:[\w./-]*kubectl|oc)\s+[a-z-]/
const TABLE = 'a table, as `kubectl get` prints it without `-o json`'
const MESSAGE =
  /^(?:Error from server|error: |The connection to the server |Unable to connect to the server|No resources found|Warning: |[IWEF]\d{4} \d\d:\d\d:\d\d)/
const SHAPES: [shape: RegExp, is: string][] = [
  [COMMAND_LINE, 'a terminal session: it begins with a command line'],
  [/^(?:```|~~~)/m, 'Markdown: the dump is the text between its fences'],
  [MESSAGE, 'a message from kubectl, or begins with one (leave out `2>&1`)'],
  [/^(?:NAMESPACE +)?(?:LAST|FIRST) ?SEEN +/, 'the table that `kubectl get events` prints'],
  [/^(?:NAMESPACE +)?NAME(?: +[A-Z]|\s*$)/, TABLE],
  [/^(?:\S+ +)?\S+ +\d+\/\d+ +[A-Z]\w+ +\d/, TABLE],
  [/^[a-z][a-z.]*\/[a-z0-9][a-z0-9.-]*\s/, 'a list of names, as `-o name` prints it'],
]

/** What a text in neither JSON nor YAML is, to follow its name; null for one that may be YAML. `head`: its beginning. */
export function recognizeText(head: string): string | null {
  const text = head.trimStart()
  if (/^Name: +\S/.test(text) && /^(?:Namespace|Labels|Annotations|Node|Status):/m.test(text))
    return 'the text that `kubectl describe` prints'
  return SHAPES.find(([shape]) => shape.test(text))?.[1] ?? null
}

/** What `kubectl cluster-info dump` without a folder puts between its documents: the logs of every container. */
export function beginsLogs(line: string): boolean {
  return line.startsWith('==== START logs for container ')
}

export const INTERLEAVED = 'the output of `kubectl cluster-info dump`, with logs between its documents'
