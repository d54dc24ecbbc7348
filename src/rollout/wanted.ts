/** What a workload wants now: which revision, how many pods, which existing pods are of that revision, and how many are missing. */

import { ordinalOf } from '../snapshot/pod.ts'
import type { RolloutPod, RolloutRevision, RolloutState, RolloutWorkload } from '../snapshot/rollout.ts'

/** Whether a pod has the revision that its workload wants for it; null if the pod does not belong to the workload. */
type Membership = (pod: RolloutPod) => 'wanted' | 'outgoing' | null

/** Returns the revision that the workload wants; null if the kind has no revisions or they are unknown. */
export function newestRevision({ workload, revisions }: RolloutState): RolloutRevision | null {
  if (workload === null || revisions === null) return null
  const named =
    workload.kind === 'Deployment' && workload.revision !== null
      ? revisions.filter(({ number }) => String(number) === workload.revision)
      : []
  const newest = (named.length > 0 ? named : revisions).toSorted((one, other) => other.number - one.number)
  return newest[0] ?? null
}

/** Assigns pods to the workload by owner uid, never by a common name prefix. */
export function membershipIn(rolloutState: RolloutState): Membership {
  const { workload, revisions } = rolloutState
  if (workload === null) return () => null
  const newest = newestRevision(rolloutState)
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

/** Without the list of revisions, old and new pods can't be distinguished, so all count as wanted. */
function ofRevision(newest: RolloutRevision | null, revisions: RolloutRevision[] | null): Membership {
  if (revisions === null) return ({ pod }) => (pod.controller === null ? null : 'wanted')
  const uids = new Set(revisions.map(({ uid }) => uid))
  return ({ pod }) => {
    const uid = pod.controller?.uid ?? ''
    if (!uids.has(uid)) return null
    return uid === newest?.uid ? 'wanted' : 'outgoing'
  }
}

/** Places a StatefulSet's pod. With strategy OnDelete, an old pod stays until somebody deletes it, so it does not count as outgoing. */
function placeInStatefulSet(pod: RolloutPod, workload: RolloutWorkload): 'wanted' | 'outgoing' {
  const { firstOrdinal, replicas, strategy, partition, revision, earlierRevision } = workload
  const ordinal = ordinalOf(pod.pod)
  if (ordinal === null || ordinal < firstOrdinal || ordinal >= firstOrdinal + replicas) return 'outgoing'
  if (strategy === 'OnDelete' || revision === null || pod.hash === revision) return 'wanted'
  return ordinal < firstOrdinal + partition && pod.hash === earlierRevision ? 'wanted' : 'outgoing'
}

function placeInDaemonSet(
  pod: RolloutPod,
  { strategy }: RolloutWorkload,
  newest: RolloutRevision | null,
): 'wanted' | 'outgoing' {
  return strategy === 'OnDelete' || newest === null || pod.hash === newest.hash ? 'wanted' : 'outgoing'
}

/** How many pods the workload wants at this moment. */
export function wantedBy({ kind, replicas, job }: RolloutWorkload): number {
  if (job === null || kind !== 'Job') return replicas
  const { completions, succeeded } = job
  if (completions === null) return succeeded > 0 ? 0 : replicas
  return Math.max(0, Math.min(replicas, completions - succeeded))
}

/**
 * Returns how many of the wanted pods don't exist.
 * @param wantedPods pods of the wanted revision
 * @param inAll how many pods of all revisions exist and are not terminating
 */
export function missingOf(rolloutState: RolloutState, wantedPods: RolloutPod[], inAll: number): number {
  const { workload, revisions } = rolloutState
  if (workload === null) return 0
  const wanted = wantedBy(workload)
  switch (workload.kind) {
    case 'Deployment': {
      const due =
        revisions === null ? wanted : Math.min(wanted, newestRevision(rolloutState)?.replicas ?? wanted)
      return Math.max(0, due - wantedPods.length)
    }
    case 'StatefulSet':
      return missingOrdinals(rolloutState, workload)
    case 'DaemonSet':
      return Math.max(0, wanted - inAll)
    case 'CronJob':
      return 0
    default:
      return Math.max(0, wanted - wantedPods.length)
  }
}

/** How many pods the StatefulSet would create now: with ordered startup, none after the first that is not ready. */
function missingOrdinals({ pods }: RolloutState, workload: RolloutWorkload): number {
  const { firstOrdinal, replicas, ordered } = workload
  const there = new Map(
    pods.filter(pod => isOwned(pod, workload) && pod.ending === null).map(pod => [ordinalOf(pod.pod), pod]),
  )
  let missing = 0
  for (let ordinal = firstOrdinal; ordinal < firstOrdinal + replicas; ordinal++) {
    const pod = there.get(ordinal)
    if (pod === undefined) missing++
    if (ordered && !pod?.ready) break
  }
  return missing
}
