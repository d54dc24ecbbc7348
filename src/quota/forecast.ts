/** What fresh nodes pull: the images of DaemonSets at once, the others as pods get there. */

import type { HubQuota } from '../snapshot/hub-quota.ts'
import type { HubUsage, UsageWorkload } from '../snapshot/hub-usage.ts'
import { leftOf } from './outlook.ts'
import { ANONYMOUS } from './payers.ts'
import { anonymousLimit, PERSONAL } from './plans.ts'
import type { Forecast, ForecastWait } from './spending.ts'
import { imagesOf, sum } from './spends.ts'

/**
 * @param fresh how many nodes are added
 * @param window seconds
 */
export function forecastOf(
  { workloads, nodes }: HubUsage,
  quotas: readonly HubQuota[],
  { fresh, window }: { fresh: number; window: number },
): Forecast {
  const before = nodes?.filter(({ schedulable }) => schedulable).length ?? 0
  const ofKind = (isDaemonSet: boolean) =>
    workloads.filter(({ kind }) => (kind === 'DaemonSet') === isDaemonSet && kind !== 'CronJob')
  const atOnce = Math.ceil(sum(ofKind(true).map(workload => daemonPulls(workload, before, fresh))))
  const later = Math.ceil(sum(ofKind(false).map(workload => spreadPulls(workload, before + fresh, fresh))))
  const pulls = atOnce + later
  const images = imagesOf(workloads.flatMap(({ kind, containers }) => (kind === 'CronJob' ? [] : containers)))
  return {
    ...{ nodes: fresh, atOnce, later },
    waits: waitsFor(pulls, quotas, { fresh, window }),
    cacheSaves: Math.max(0, pulls - Math.min(pulls, images.length)),
  }
}

/** One that runs on some nodes only is taken to run on as large a share of the fresh ones. */
function daemonPulls({ containers, pods }: UsageWorkload, before: number, fresh: number): number {
  const share = before === 0 ? 1 : Math.min(1, pods / before)
  return imagesOf(containers).length * share * fresh
}

/** Fresh nodes that get at least one of the pods, if every pod is as likely on any node. */
function spreadPulls({ containers, pods }: UsageWorkload, all: number, fresh: number): number {
  if (all === 0) return 0
  return imagesOf(containers).length * fresh * (1 - (1 - 1 / all) ** pods)
}

function waitsFor(
  pulls: number,
  quotas: readonly HubQuota[],
  { fresh, window }: { fresh: number; window: number },
): ForecastWait[] {
  const limit = anonymousLimit(quotas)
  const anonymous = quotas[ANONYMOUS]
  const left = Math.min(limit, (anonymous && leftOf(anonymous)) ?? limit)
  const each = fresh === 0 ? 0 : Math.ceil(pulls / fresh)
  return [
    { how: 'shared-address', seconds: waitFor(pulls, { left, limit, window }) },
    { how: 'own-addresses', seconds: waitFor(each, { left: limit, limit, window }) },
    { how: 'personal', seconds: waitFor(pulls, { left: PERSONAL, limit: PERSONAL, window }) },
    { how: 'paid', seconds: 0 },
  ]
}

interface Allowed {
  left: number
  limit: number
  window: number
}

/** Seconds until the last pull is made, if a window's pulls come back at its end; null where none ever come. */
function waitFor(pulls: number, { left, limit, window }: Allowed): number | null {
  if (pulls <= left) return 0
  return limit === 0 ? null : Math.ceil((pulls - left) / limit) * window
}
