/** Which pods of a workload belong to the revision that it wants now, and which are on their way out. */

import type { RolloutPod, RolloutRevision, RolloutSight, RolloutWorkload } from '../snapshot/rollout.ts'

/** Whether a pod is of the revision that its workload wants at its place; null: not a pod of the workload at all. */
export type Membership = (pod: RolloutPod) => 'wanted' | 'outgoing' | null

/** The revision that the workload wants; null where the kind has none, or it is not known. */
export function newestRevision({ workload, revisions }: RolloutSight): RolloutRevision | null {
  if (workload === null || revisions === null) return null
  const named =
    workload.kind === 'Deployment' && workload.revision !== null
      ? revisions.filter(({ number }) => String(number) === workload.revision)
      : []
  const newest = (named.length > 0 ? named : revisions).toSorted((one, other) => other.number - one.number)
  return newest[0] ?? null
}

/** Owners are told by uid, never by a name that begins alike. */
export function membershipIn(sight: RolloutSight): Membership {
  const { workload, revisions } = sight
  if (workload === null) return () => null
  const newest = newestRevision(sight)
  switch (workload.kind) {
    case 'Deployment':
    case 'CronJob':
      return ofRevision(newest, revisions)
    case 'StatefulSet':
      return pod => (isOwned(pod, workload) ? placeInStatefulSet(pod, workload) : null)
    case 'DaemonSet':
      return pod => (isOwned(pod, workload) ? placeInDaemonSet(pod, workload, newest) : null)
    case 'Pod':
      return ({ pod }) => (pod.name === workload.name ? 'wanted' : null)
    default:
      return pod => (isOwned(pod, workload) ? 'wanted' : null)
  }
}

function isOwned({ pod }: RolloutPod, { uid }: RolloutWorkload): boolean {
  return pod.controller?.uid === uid
}

/** Without the list of revisions nothing tells an old pod from a new one: all count as wanted. */
function ofRevision(newest: RolloutRevision | null, revisions: RolloutRevision[] | null): Membership {
  if (revisions === null) return ({ pod }) => (pod.controller === null ? null : 'wanted')
  const uids = new Set(revisions.map(({ uid }) => uid))
  return ({ pod }) => {
    const uid = pod.controller?.uid ?? ''
    if (!uids.has(uid)) return null
    return uid === newest?.uid ? 'wanted' : 'outgoing'
  }
}

/** With OnDelete an old pod stays until somebody deletes it: it is not on its way anywhere. */
function placeInStatefulSet(pod: RolloutPod, workload: RolloutWorkload): 'wanted' | 'outgoing' {
  const { firstOrdinal, replicas, strategy, partition, revision, earlierRevision } = workload
  const ordinal = ordinalOf(pod.pod)
  if (ordinal === null || ordinal < firstOrdinal || ordinal >= firstOrdinal + replicas) return 'outgoing'
  if (strategy === 'OnDelete' || revision === null || pod.hash === revision) return 'wanted'
  return ordinal < firstOrdinal + partition && pod.hash === earlierRevision ? 'wanted' : 'outgoing'
}

/** The number at the end of a StatefulSet's pod's name. */
export function ordinalOf({ name }: { name: string }): number | null {
  const digits = /-(\d+)$/.exec(name)?.[1]
  return digits === undefined ? null : Number(digits)
}

function placeInDaemonSet(
  pod: RolloutPod,
  { strategy }: RolloutWorkload,
  newest: RolloutRevision | null,
): 'wanted' | 'outgoing' {
  return strategy === 'OnDelete' || newest === null || pod.hash === newest.hash ? 'wanted' : 'outgoing'
}
