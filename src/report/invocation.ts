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
  /** The run looked at every namespace except these; left out where it looked at certain ones, so that a proposed fix is for no others. */
  everywhereExcept?: readonly string[]
}

/** `named`: workloads or pods were named, and the failing ones count. `selector`: pods with these labels. */
export type Only = { named: true } | { selector: string }

/** A placeholder for a word that only the user knows. A shell rejects the whole line until it is replaced. */
const PLACEHOLDER = /^<[\w -]+>$/

/** The flags after a pullguard command or before kubectl's verb; empty for the current context. */
function connection({ flags, fromDump }: Invocation): string {
  const words = fromDump ? ['--context', '<context>'] : flags
  return words.map(word => (PLACEHOLDER.test(word) ? word : shellWord(word))).join(' ')
}

/**
 * Returns a command line of this program, ready to paste.
 * @param rest command, arguments, and flags, quoted for a shell
 */
export function ownCommand(invocation: Invocation, rest: string): string {
  return [invocation.program, rest, connection(invocation)].filter(part => part !== '').join(' ')
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
  return ['kubectl', connection(invocation), place, rest].filter(part => part !== '').join(' ')
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
    if (!word.startsWith('--')) words.push(PLACEHOLDER.test(word) ? word : shellWord(word))
    else if (HELM_FLAGS[word] === undefined) return undefined
    else words.push(HELM_FLAGS[word])
  }
  return ['helm', ...words, '-n', shellWord(namespace), rest].join(' ')
}
