/** Recognizes the objects of a dump, and what people pass instead: other documents, kubectl's human-readable output, mixed text. */

import { UsageError } from '../../errors.ts'
import { isObject, record, text } from '../../json/json-object.ts'
import { nameOf } from '../../kubernetes/api/kinds.ts'

/** The kubectl command that makes a complete dump. */
export const MAKE_A_DUMP =
  'kubectl get pods,events,nodes,serviceaccounts,secrets,deployments,replicasets,statefulsets,daemonsets,jobs,cronjobs -A -o json'

/** Returns the error for an input that is not a dump: what it is, and how to make a dump. */
export function asNotADump(name: string, is: string): string {
  return `${name} is ${is}. Make a dump with \`${MAKE_A_DUMP}\`.`
}

/** Guesses the kind of an item without `kind` from its fields, before the list's own kind is known; empty if unclear. */
export function kindByShape(item: Record<string, unknown>): string {
  if (isObject(item.involvedObject) || isObject(item.regarding)) return 'Event'
  if (Array.isArray(record(item.spec).containers)) return 'Pod'
  if (isObject(record(item.status).nodeInfo)) return 'Node'
  return typeof item.type === 'string' && !('spec' in item) ? 'Secret' : ''
}

/** A document that is neither a Kubernetes object nor a list of objects. */
interface ForeignDocument {
  is: string
  /** It describes pods in a form that can't be read; skipping it silently would hide them. */
  hidesPods: boolean
}

/** Returns null for an object or a list of objects. `itemsHaveKinds`: it had items, and all of them had a kind. */
export function describeForeignDocument(document: unknown, itemsHaveKinds: boolean): ForeignDocument | null {
  if (Array.isArray(document))
    return document.length === 0 || document.some(isKubernetesObject)
      ? null
      : foreign('a list without Kubernetes objects')
  if (!isObject(document)) return foreign('plain text')
  const { kind, apiVersion } = document
  if (text(apiVersion).startsWith('pullguard.dev/'))
    return foreign(`output of pullguard itself (${nameOfKind(kind)})`)
  if (kind === 'Table') return hiding('a Table, which contains only the printed columns')
  if (kind === 'Status')
    return {
      is: 'an error response from an API server',
      hidesPods: record(document.details).kind === 'pods',
    }
  if (kind === 'Config' && 'clusters' in document) return foreign('a kubeconfig')
  if (typeof kind === 'string' && typeof apiVersion === 'string') return null
  if (WATCH_EVENTS.has(text(document.type)) && isObject(document.object))
    return hiding('a watch stream, which contains changes instead of objects')
  if (Array.isArray(document.Items))
    return hiding('a list from an old kubectl, which omits the kind of its items: use a newer kubectl')
  return itemsHaveKinds ? null : foreign('not a Kubernetes object: it has no kind and apiVersion')
}

const WATCH_EVENTS = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR'])

function foreign(is: string): ForeignDocument {
  return { is, hidesPods: false }
}

function hiding(is: string): ForeignDocument {
  return { is, hidesPods: true }
}

/** Whether the item has a name, and a kind or a recognizable shape. */
function isKubernetesObject(item: unknown): boolean {
  if (!isObject(item)) return false
  if (text(item.kind).endsWith('List') && Array.isArray(item.items)) return true
  return nameOf(item) !== null && (text(item.kind) !== '' || kindByShape(item) !== '')
}

/** Makes a kind safe to print: it comes from an untrusted file. */
export function nameOfKind(kind: unknown): string {
  return /^[A-Za-z][A-Za-z0-9.]{0,62}$/.test(text(kind)) ? text(kind) : 'something without a kind'
}

/** The number of bytes at the beginning of an input from which its format is recognized. */
export const HEAD = 4096

/** A prompt and a command line, or the command line alone. A line that begins with # is a YAML comment. */
const COMMAND_LINE = /^(?!#)(?:[^\n{]{0,200}[$#>%❯»]\s*)?(?:sudo\s+)?(?:[\w./-]*kubectl|oc)\s+[a-z-]/
const TABLE = 'a table, as `kubectl get` prints it without `-o json`'
const MESSAGE =
  /^(?:Error from server|error: |The connection to the server |Unable to connect to the server|No resources found|Warning: |[IWEF]\d{4} \d\d:\d\d:\d\d)/
const SHAPES: [shape: RegExp, is: string][] = [
  [COMMAND_LINE, 'a terminal session: it begins with a command line'],
  [/^(?:```|~~~)/m, 'Markdown: the dump is the text between its fences'],
  [MESSAGE, 'a message from kubectl, or begins with one (omit `2>&1`)'],
  [/^(?:NAMESPACE +)?(?:LAST|FIRST) ?SEEN +/, 'the table that `kubectl get events` prints'],
  [/^(?:NAMESPACE +)?NAME(?: +[A-Z]|\s*$)/, TABLE],
  [/^(?:\S+ +)?\S+ +\d+\/\d+ +[A-Z]\w+ +\d/, TABLE],
  [/^[a-z][a-z.]*\/[a-z0-9][a-z0-9.-]*\s/, 'a list of names, as `-o name` prints it'],
]

/** Describes a text that is neither JSON nor YAML, to follow its name; null for a text that could be YAML. `head`: its beginning. */
export function recognizeText(head: string): string | null {
  const text = head.trimStart()
  if (/^Name: +\S/.test(text) && /^(?:Namespace|Labels|Annotations|Node|Status):/m.test(text))
    return 'the text that `kubectl describe` prints'
  return SHAPES.find(([shape]) => shape.test(text))?.[1] ?? null
}

/** Whether the line begins the logs that `kubectl cluster-info dump` without a folder prints between its documents. */
export function beginsLogs(line: string): boolean {
  return line.startsWith('==== START logs for container ')
}

export const INTERLEAVED = 'the output of `kubectl cluster-info dump`, with logs between its documents'

/** An input that can't be read as a dump: a usage error for a named file; in a folder it is skipped or leaves a gap. */
export class NotADump extends UsageError {
  /** The input is probably a dump that was cut off or damaged, so its contents are unknown. */
  readonly damaged: boolean

  constructor(message: string, damaged = false) {
    super(message.replace(/^standard input/, 'Standard input'))
    this.damaged = damaged
  }
}
