/** `pullguard __complete WORD…`: what a shell offers next. Quick and silent: whatever goes wrong or takes long, there are no candidates. */

import type { ClusterReader } from '../kubernetes/api/cluster.ts'
import type { CommandContext, ConnectionFlags, ExitName } from './context.ts'

export interface Candidate {
  value: string
  /** What the shell shows beside it. */
  about?: string
}

export interface CompletionRequest {
  /** What the candidates begin with. */
  typed: string
  /** What of the word stands in front of that, such as `--output=`. */
  prefix: string
  /** A file is wanted, which the shell completes by itself. */
  files: boolean
  known: Candidate[]
  /** What the kubeconfig, the cluster, or the reports have. */
  wanted: 'contexts' | 'clusters' | 'users' | 'namespaces' | 'pods' | 'causes' | null
  connection: ConnectionFlags
}

/** Milliseconds from the start of the process. Somebody waits at the prompt. */
const PATIENCE = 300

/** Milliseconds of that for the way out: parts that are being loaded can't be interrupted. */
const RESERVE = 30

/** Prints one candidate a line, with a tab and a description, and last how the shell goes on (cobra's directives, KEP-2379): `:4` no files, `:0` files. */
export async function completeCommand(
  request: CompletionRequest,
  context: CommandContext,
): Promise<ExitName> {
  const { typed, prefix, files, known } = request
  const candidates = [...known, ...(await asked(request, context))]
  const lines = candidates
    .filter(({ value }) => value.startsWith(typed) && /^[^\s\p{C}]+$/u.test(value))
    .map(({ value, about }) => `${prefix}${value}${about === undefined ? '' : `\t${about}`}\n`)
  await context.out.write(`${lines.join('')}:${files ? 0 : 4}\n`)
  return 'ok'
}

async function asked(request: CompletionRequest, context: CommandContext): Promise<Candidate[]> {
  const spent = context.clock.now() - context.startedAt
  const left = PATIENCE - RESERVE - spent
  // To load the client and ask takes longer than the start: where that was slow, the answer would be late anyway.
  if (request.wanted === null || left <= spent) return []
  const ending = new AbortController()
  const signal = AbortSignal.any([context.signal, ending.signal])
  const late = Promise.withResolvers<Candidate[]>()
  const cancel = context.clock.after(left, () => late.resolve([]))
  try {
    return await Promise.race([namesFrom(request, context, signal).catch(() => []), late.promise])
  } finally {
    cancel()
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
    return CAUSE_NAMES.map(value => ({ value }))
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
  // A login plugin could ask at the prompt or open a browser, takes longer than the patience, and would lose a renewed token if it was killed.
  const login = { requestTimeoutMs: PATIENCE, storedLoginOnly: true }
  const reading: Promise<ClusterReader> = context.connect({ ...connection, ...login })
  const cluster = await reading
  try {
    signal.throwIfAborted()
    const { failingNames, namespaceNames } = await import('../source/live/names-for-completion.ts')
    if (wanted === 'namespaces') return (await namespaceNames(cluster, signal)).map(value => ({ value }))
    return await failingNames(cluster, typed, signal)
  } finally {
    // Whoever waits at the prompt does not wait for a connection to end.
    void cluster.close().catch(() => {})
  }
}
