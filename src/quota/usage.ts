/** Who spends a cluster's Docker Hub pulls, whether they last for a window, and which changes save most. */

import type { HubQuota } from '../snapshot/hub-quota.ts'
import type { HubUsage } from '../snapshot/hub-usage.ts'
import { forecastOf } from './forecast.ts'
import { NodeImages } from './node-images.ts'
import { outlookOf } from './outlook.ts'
import { capacitiesOf } from './plans.ts'
import { savingsOf } from './savings.ts'
import { Schedules } from './schedules.ts'
import { spendersOf } from './spenders.ts'
import type { Usage } from './spending.ts'
import { imagesOf, rolloutCost, sum } from './spends.ts'

/** Docker's own, where no header tells another (docs.docker.com/docker-hub/usage/pulls). */
export const USUAL_WINDOW = 6 * 3600

/** Rollouts named beside the spenders. */
const ROLLOUTS_NAMED = 5

/** The seconds that these identities' pulls are counted in. */
function windowOf(quotas: readonly HubQuota[]): number {
  const windows = quotas.flatMap(({ answer }) =>
    answer.status === 'limited' && answer.windowSeconds !== null && answer.windowSeconds > 0
      ? [answer.windowSeconds]
      : [],
  )
  return windows[0] ?? USUAL_WINDOW
}

/**
 * @param quotas the anonymous one first
 * @param fresh nodes to be added; null asks for no forecast
 */
export function usageOf(facts: HubUsage, quotas: readonly HubQuota[], fresh: number | null): Usage {
  const window = windowOf(quotas)
  const nodes = new NodeImages(facts.nodes)
  const { takenAt } = facts
  const schedules = new Schedules(takenAt, window)
  const spenders = spendersOf(facts, quotas, { takenAt, window, nodes, schedules })
  const outlooks = quotas.map((quota, index) =>
    outlookOf(
      quota,
      spenders.filter(({ payer }) => payer === index),
      window,
    ),
  )
  const rolloutCosts = facts.workloads
    .filter(({ kind, pods }) => kind !== 'CronJob' && pods > 0)
    .map(workload => {
      const { kind, namespace, name } = workload
      return { workload: { kind, namespace, name }, pulls: rolloutCost(workload, { nodes }) }
    })
    .sort((one, other) => other.pulls - one.pulls)
  return {
    window,
    spenders,
    outlooks,
    savings: savingsOf(spenders, outlooks),
    capacities: capacitiesOf(sum(spenders.map(({ pulls }) => pulls)), quotas, facts.nodes),
    forecast: fresh === null ? null : forecastOf(facts, quotas, { fresh, window }),
    workloads: facts.workloads.length,
    images: imagesOf(facts.workloads.flatMap(({ containers }) => containers)).length,
    rolloutCosts: rolloutCosts.slice(0, ROLLOUTS_NAMED),
  }
}
