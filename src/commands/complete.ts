/**
 * `pullguard __complete WORD…`: prints completion candidates for a shell. Fast and silent: if anything fails or takes too long, prints no
 * candidates.
 */

import { within } from '../network/stop-waiting.ts'
import type { CommandContext, ConnectionFlags, ExitName } from './context.ts'

export interface Candidate {
  value: string
  /** A description that the shell shows next to the value. */
  about?: string
}

export interface CompletionRequest {
  /** The beginning of every candidate. */
  typed: string
  /** The part of the word before `typed`, such as `--output=`. */
  prefix: string
  /** Whether a file is expected, which the shell completes by itself. */
  files: boolean
  known: Candidate[]
  /** What to look up in the kubeconfig, the cluster, or the explanations. */
  wanted: 'contexts' | 'clusters' | 'users' | 'namespaces' | 'pods' | 'causes' | null
  connection: ConnectionFlags
}

/** Milliseconds from the start of the process. A user is waiting at the prompt. */
const PATIENCE = 300

/** Milliseconds of PATIENCE reserved for exiting, because modules that are loading can't be interrupted. */
const RESERVE = 30

/**
 * Prints one candidate per line, with a tab and a description, and a last line that tells the shell how to continue (cobra's directives,
 * KEP-2379): `:4` no files, `:0` files.
 */
export async function completeCommand(
  request: CompletionRequest,
  context: CommandContext,
): Promise<ExitName> {
  const { typed, prefix, files, known } = request
  const candidates = [...known, ...(await candidatesFor(request, context))]
  const lines = candidates
    .filter(({ value }) => value.startsWith(typed) && /^[^\s\p{C}]+$/u.test(value))
    .map(({ value, about }) => `${prefix}${value}${about === undefined ? '' : `\t${about}`}\n`)
  await context.out.write(`${lines.join('')}:${files ? 0 : 4}\n`)
  return 'ok'
}

async function candidatesFor(request: CompletionRequest, context: CommandContext): Promise<Candidate[]> {
  const spent = context.clock.now() - context.startedAt
  const left = PATIENCE - RESERVE - spent
  // Loading the client and sending a request takes longer than the start. If the start was slow, the answer would be late anyway.
  const needed = request.wanted === 'namespaces' || request.wanted === 'pods' ? spent : 0
  if (request.wanted === null || left <= needed) return []
  const ending = new AbortController()
  const signal = AbortSignal.any([context.signal, ending.signal])
  const names = namesFrom(request, context, signal).catch(() => [])
  try {
    return (await within(left, names, context.clock)) ?? []
  } finally {
    ending.abort()
  }
}

async function namesFrom(
  request: CompletionRequest,
  context: CommandContext,
  signal: AbortSignal,
): Promise<Candidate[]> {
  const { wanted, connection } = request
  if (wanted === 'namespaces' || wanted === 'pods') return fromCluster(request, context, signal)
  if (wanted === 'causes') {
    const { CAUSE_NAMES } = await import('../report/words/explanations.ts')
    const { RULES } = await import('../report/words/audit.ts')
    return [...new Set([...CAUSE_NAMES, ...RULES])].map(value => ({ value }))
  }
  if (wanted === null) return []
  const { kubeconfigNames } = await import('../kubernetes/kubeconfig/load.ts')
  const { env, cwd, home } = context
  return (await kubeconfigNames(wanted, { ...connection, env, cwd, home })).map(value => ({ value }))
}

async function fromCluster(
  { wanted, typed, connection }: CompletionRequest,
  context: CommandContext,
  signal: AbortSignal,
): Promise<Candidate[]> {
  // A login plugin could prompt or open a browser, takes longer than PATIENCE, and would lose a renewed token if killed.
  const login = { requestTimeoutMs: PATIENCE, storedLoginOnly: true }
  const cluster = await context.connect({ ...connection, ...login })
  try {
    signal.throwIfAborted()
    const { failingNames, namespaceNames } = await import('../source/live/names-for-completion.ts')
    if (wanted === 'namespaces') return (await namespaceNames(cluster, signal)).map(value => ({ value }))
    return await failingNames(cluster, typed, signal)
  } finally {
    // Not awaited: the user at the prompt should not wait for the connection to close.
    void cluster.close().catch(() => {})
  }
}
