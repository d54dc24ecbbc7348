/** How many pods a workload asks for at this moment, and how many of them are not there. */

import type { RolloutPod, RolloutSight, RolloutWorkload } from '../snapshot/rollout.ts'
import { newestRevision, ordinalOf } from './newest.ts'

/** Pods that are wanted at this moment. */
export function wantedBy({ kind, replicas, job }: RolloutWorkload): number {
  if (job === null || kind !== 'Job') return replicas
  const { completions, succeeded } = job
  if (completions === null) return succeeded > 0 ? 0 : replicas
  return Math.max(0, Math.min(replicas, completions - succeeded))
}

/**
 * How many of those are not there.
 * @param wantedPods pods of the revision that is wanted
 * @param inAll pods of every revision that stay for now
 */
export function missingOf(sight: RolloutSight, wantedPods: RolloutPod[], inAll: number): number {
  const { workload, revisions } = sight
  if (workload === null) return 0
  const wanted = wantedBy(workload)
  switch (workload.kind) {
    case 'Deployment': {
      const due = revisions === null ? wanted : Math.min(wanted, newestRevision(sight)?.replicas ?? wanted)
      return Math.max(0, due - wantedPods.length)
    }
    case 'StatefulSet':
      return missingOrdinals(sight, workload)
    case 'DaemonSet':
      return Math.max(0, wanted - inAll)
    case 'CronJob':
      return 0
    default:
      return Math.max(0, wanted - wantedPods.length)
  }
}

/** Those that the StatefulSet would make now: in order, none after one that is not ready. */
function missingOrdinals({ pods }: RolloutSight, workload: RolloutWorkload): number {
  const { firstOrdinal, replicas, ordered, uid } = workload
  const there = new Map(
    pods
      .filter(({ pod, ending }) => pod.controller?.uid === uid && !ending)
      .map(pod => [ordinalOf(pod.pod), pod]),
  )
  let missing = 0
  for (let ordinal = firstOrdinal; ordinal < firstOrdinal + replicas; ordinal++) {
    const pod = there.get(ordinal)
    if (pod === undefined) missing++
    if (ordered && !pod?.ready) break
  }
  return missing
}
