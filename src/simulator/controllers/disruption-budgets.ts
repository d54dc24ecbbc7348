/** PodDisruptionBudgets: computes how many pods may be disrupted. */

import type { Cluster } from '../cluster/cluster.ts'
import { type ApiObject, asPod, type LabelSelector } from '../cluster/objects.ts'
import { isReady, writeStatus } from './owned-pods.ts'

/** One pass over one budget; percentages are rounded up, as in the real controller. */
export function reconcileBudget(cluster: Cluster, budget: ApiObject): void {
  const { selector, minAvailable, maxUnavailable } = (budget.spec ?? {}) as {
    selector?: LabelSelector
    minAvailable?: number | string
    maxUnavailable?: number | string
  }
  const wanted = Object.entries(selector?.matchLabels ?? {})
  const pods = cluster
    .list('Pod', budget.metadata.namespace)
    .map(asPod)
    .filter(({ metadata }) => wanted.every(([key, value]) => metadata.labels?.[key] === value))
  const expected = pods.length
  const amount = (value: number | string) =>
    typeof value === 'number' ? value : Math.ceil((Number.parseInt(value, 10) * expected) / 100)
  const needed =
    maxUnavailable !== undefined ? Math.max(0, expected - amount(maxUnavailable)) : amount(minAvailable ?? 1)
  const healthy = pods.filter(pod => isReady(pod) && !pod.metadata.deletionTimestamp).length
  writeStatus(cluster, budget, {
    currentHealthy: healthy,
    desiredHealthy: needed,
    disruptionsAllowed: Math.max(0, healthy - needed),
    expectedPods: expected,
  })
}
