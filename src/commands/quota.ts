/** `pullguard quota`: logins of this machine and the cluster → Docker Hub's answers → report → verdict. */

import { UnreachableError, UsageError } from '../errors.ts'
import { usageOf } from '../quota/usage.ts'
import type { QuotaFormat } from '../report/formats.ts'
import { sanitizeLine } from '../report/sanitize.ts'
import { renderQuota } from '../report/views/quota.ts'
import { type HubQuota, type JudgedQuotas, judgeQuotas } from '../snapshot/hub-quota.ts'
import type { CommandContext, ExitName } from './context.ts'
import { askCluster, askHub, type ClusterQuestion, localHubLogins } from './quota/readings.ts'
import { invocationOf, screenOf } from './shared-flags.ts'

export interface QuotaOptions extends ClusterQuestion {
  /** REGISTRY=URL. */
  endpoints: string[]
  /** Exit with 1 if an identity has fewer pulls left. */
  failUnder: number
  showSource: boolean
  /** The number of new nodes, for a forecast of their pulls. */
  freshNodes: number | null
  /** Ask again every minute until interrupted. */
  watch: boolean
  format: QuotaFormat
}

/** In milliseconds, the shortest time between two requests for one credential. */
const WATCH_PAUSE = 60_000

/**
 * Reports how many pulls are left, for this machine's address and for each login.
 * @param first answers that are already known, shown first. @throws UsageError, UnreachableError
 */
export async function quotaCommand(
  options: QuotaOptions,
  context: CommandContext,
  first: readonly HubQuota[] = [],
): Promise<ExitName> {
  const { local, allNamespaces, usage, watch, format } = options
  if (local && usage) throw new UsageError('--usage and --nodes need a cluster: remove --local.')
  if (local && allNamespaces) throw new UsageError('-A needs a cluster: remove --local.')
  if (watch && format !== 'table' && format !== 'json')
    throw new UsageError(`--watch can't be combined with -o ${format}: use table or json.`)
  return watch ? watchQuota(options, context) : showQuota(options, context, first)
}

/** Runs until the signal, or until nobody reads the output. Reports a minute without an answer and continues. */
async function watchQuota(options: QuotaOptions, context: CommandContext): Promise<ExitName> {
  const { clock, signal, out, err } = context
  for (;;) {
    try {
      const exit = await showQuota(options, context, [])
      if (out.isClosed) return exit
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error
      await err.write(`${sanitizeLine(error.message)}\n`)
    }
    await clock.sleep(WATCH_PAUSE, signal)
  }
}

async function showQuota(
  options: QuotaOptions,
  context: CommandContext,
  first: readonly HubQuota[],
): Promise<ExitName> {
  const [ofCluster, ofMachine] = await Promise.all([askCluster(options, context), localHubLogins(context)])
  const asked = await askHub([...ofMachine, ...ofCluster.logins], options.endpoints, context)
  const quotas = [...first, ...asked]
  const silent = quotas.every(({ answer }) => answer.status === 'unknown' && answer.why === 'unreachable')
  // Usage is worth knowing without the quota, and a scraper needs the sample that reports the failure.
  if (silent && !options.usage && options.format !== 'prometheus') {
    throw new UnreachableError(
      `Docker Hub can't be reached from this machine${detailOf(quotas)}: check its network, DNS, and proxy.`,
    )
  }
  const judged = judgeQuotas(quotas, options.failUnder)
  const { gaps, facts } = ofCluster
  const complete = gaps.length === 0 && judged.unknown.length === 0
  const invocation = invocationOf(context, options.connection)
  const usage = facts && {
    ...facts,
    usage: usageOf(facts, quotas, options.freshNodes),
    namespace: ofCluster.namespace ?? null,
  }
  const cluster = ofCluster.namespace === undefined ? null : { namespace: ofCluster.namespace }
  const report = { takenAt: context.now().toISOString(), complete, judged, gaps, cluster, usage }
  await context.out.write(renderQuota(report, { ...options, ...screenOf(context.out), invocation }))
  return silent ? 'unreachable' : exitOf(judged, complete)
}

function detailOf([first]: HubQuota[]): string {
  return first?.answer.status === 'unknown' ? ` (${first.answer.detail})` : ''
}

function exitOf({ refused, short }: JudgedQuotas, complete: boolean): ExitName {
  if (refused.length + short.length > 0) return 'findings'
  return complete ? 'ok' : 'incomplete'
}
