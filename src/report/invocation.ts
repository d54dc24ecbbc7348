/** How this run was started: suggested commands must reach the same API server as the same user. */

import { shellWord } from './sanitize.ts'

export interface Invocation {
  /** `pullguard` or `kubectl pullguard`. */
  program: string
  /** kubectl's connection flags of this run, word by word, such as `--context`, `prod`; a secret is replaced with `<token>`. */
  flags: readonly string[]
  /** Whether the facts came from a dump, so that only the user knows the cluster. */
  fromDump: boolean
  /** The scope of the run by names or labels, so that a suggested fix is no wider; absent if the run covered whole namespaces. */
  only?: Only
  /** The run looked at every namespace except these; absent where it looked at certain ones, so that a proposed fix is for no others. */
  everywhereExcept?: readonly string[]
}

/** `named`: workloads or pods were named, and the failing ones count. `selector`: pods with these labels. */
export type Only = { named: true } | { selector: string }

/**
 * A placeholder for what only the user knows. In a shell it redirects input and output, so it has to be the last word: then every shell
 * rejects the line. Before other words, a file or folder of that name would be enough to run the command without it.
 */
const PLACEHOLDER = /^<[\w -]+>$/
const ENDS_OPEN = /<[\w -]+>$/

/** The flags that repeat this run's connection, those to be filled in last; empty for the current context. */
function connection({ flags, fromDump }: Invocation): string {
  return flagWords(fromDump ? ['--context', '<context>'] : flags).join(' ')
}

/** Returns each flag with its value, quoted for a shell, those to be filled in last. */
function flagWords(words: readonly string[]): string[] {
  const flags: string[] = []
  for (const word of words) {
    const text = PLACEHOLDER.test(word) ? word : shellWord(word)
    if (word.startsWith('--') || flags.length === 0) flags.push(text)
    else flags.push(`${flags.pop()} ${text}`)
  }
  const isOpen = (flag: string) => ENDS_OPEN.test(flag)
  return [...flags.filter(flag => !isOpen(flag)), ...flags.filter(isOpen)]
}

/** Joins the parts of a command line that are not empty. */
const line = (...parts: string[]) => parts.filter(part => part !== '').join(' ')

/**
 * Returns a command line of this program, ready to paste.
 * @param rest command, arguments, and flags, quoted for a shell
 */
export function ownCommand(invocation: Invocation, rest: string): string {
  const { program } = invocation
  const flags = connection(invocation)
  return ENDS_OPEN.test(rest) && !ENDS_OPEN.test(flags)
    ? line(program, flags, rest)
    : line(program, rest, flags)
}

/** Returns a command line that needs no cluster, such as `pullguard image nginx`. */
export function offlineCommand({ program }: Invocation, rest: string): string {
  return `${program} ${rest}`
}

/**
 * Returns a kubectl command line, ready to paste.
 * @param rest verb, arguments, and flags, quoted for a shell
 */
export function kubectlCommand(invocation: Invocation, rest: string, namespace?: string): string {
  const place = namespace === undefined ? '' : `-n ${shellWord(namespace)}`
  const flags = connection(invocation)
  return ENDS_OPEN.test(flags) ? line('kubectl', place, rest, flags) : line('kubectl', flags, place, rest)
}

/** The same for OpenShift's client, which takes kubectl's flags. */
export function ocCommand(invocation: Invocation, rest: string, namespace?: string): string {
  return kubectlCommand(invocation, rest, namespace).replace(/^kubectl/, 'oc')
}

/** Helm's names of kubectl's flags (`helm --help`); the others have none. */
const HELM_FLAGS: Record<string, string> = {
  '--kubeconfig': '--kubeconfig',
  '--context': '--kube-context',
  '--server': '--kube-apiserver',
  '--certificate-authority': '--kube-ca-file',
  '--tls-server-name': '--kube-tls-server-name',
  '--insecure-skip-tls-verify': '--kube-insecure-skip-tls-verify',
  '--as': '--kube-as-user',
  '--as-group': '--kube-as-group',
  '--token': '--kube-token',
}

/**
 * A Helm command line, ready to paste; undefined where Helm lacks a flag of this run, so that it could reach another cluster.
 * @param rest command, arguments and flags, quoted for a shell
 */
export function helmCommand({ flags }: Invocation, rest: string, namespace: string): string | undefined {
  const words: string[] = []
  for (const word of flags) {
    const own = word.startsWith('--') ? HELM_FLAGS[word] : word
    if (own === undefined) return undefined
    words.push(own)
  }
  const all = flagWords(words).join(' ')
  const place = `-n ${shellWord(namespace)}`
  return ENDS_OPEN.test(all) ? line('helm', place, rest, all) : line('helm', all, place, rest)
}
