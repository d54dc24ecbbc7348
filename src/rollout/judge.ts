/** Judges a workload: what it wants now, which pods it has of that, what they lack, and whether anything can still change. */

import type { RolloutPod, RolloutSight, RolloutWorkload } from '../snapshot/rollout.ts'
import { membershipIn, newestRevision, ordinalOf } from './newest.ts'
import { type JudgedPod, judgePod } from './pod-stage.ts'

/** Why nothing more comes of a workload. */
export type OverCode =
  /** It was deleted. */
  | 'gone'
  /** Another one has its name. */
  | 'replaced'
  /** It is being deleted. */
  | 'ending'
  | 'suspended'
  /** A Job that has failed. */
  | 'failed'
  /** A Job that has done its work. */
  | 'completed'
  /** It was scaled to zero, or has no node to run on. */
  | 'none-wanted'

/** Why the newest template does not reach every pod by itself. */
export type Standstill = 'paused' | 'on-delete' | 'partition'

/** What keeps a wanted pod from being there with its images. */
export type Holdup =
  /** The controller has not read the newest change yet. */
  | { code: 'unobserved' }
  /** The server refuses the pod, in its own words. */
  | { code: 'refused'; message: string }
  /** The pod whose place it takes has not ended. */
  | { code: 'not-ended'; pod: string; until: string; finalizers: string[] }
  /** Nothing stands in the way, and it is not there. */
  | { code: 'not-made'; pods: number }
  | { code: 'stuck' | 'unscheduled' | 'initializing' | 'starting'; pod: JudgedPod }

export interface Rollout {
  over: { code: OverCode; message: string } | null
  standstill: Standstill | null
  /** The controller has read the newest change, so that its status speaks of it. */
  observed: boolean
  /** Pods that the workload is to have in the end. */
  wanted: number
  /** Pods of the wanted revision that are to be there now and are not: a rollout asks for some at a time. */
  missing: number
  /** Pods of the wanted revision that are not on their way out. */
  current: JudgedPod[]
  /** Pods of older revisions that are still to go. */
  outgoing: JudgedPod[]
  /** Why not all is there; empty where it is. */
  holdups: Holdup[]
  /** Every wanted pod of the newest revision is there and has its images. */
  pulled: boolean
  /** Every wanted pod is of the newest revision and available, and the controller says so. */
  ready: boolean
}

/**
 * The workload as it stands.
 * @param uid of the one that is meant; null: whichever has the name
 */
export function judgeRollout(sight: RolloutSight, uid: string | null): Rollout {
  const { workload } = sight
  if (workload === null) return nothingLeft('gone')
  if (uid !== null && workload.uid !== uid) return nothingLeft('replaced')
  const member = membershipIn(sight)
  const there = sight.pods.filter(({ ending }) => ending === null)
  const pick = (place: 'wanted' | 'outgoing') =>
    there.filter(pod => member(pod) === place && !isFinished(pod, workload))
  const wantedPods = pick('wanted')
  const current = wantedPods.map(judgePod)
  const outgoing = pick('outgoing').map(judgePod)
  const observed = isObserved(workload, sight)
  const missing = missingOf(sight, wantedPods, current.length + outgoing.length)
  const leaving = sight.pods.filter(pod => pod.ending !== null && member(pod) !== null)
  const wanted = wantedBy(workload)
  const holdups = holdupsOf({ workload, observed, missing, current, leaving })
  return {
    over: overOf(workload, wanted),
    standstill: standstillOf(workload),
    observed,
    wanted,
    missing,
    current,
    outgoing,
    holdups,
    pulled: holdups.length === 0 && current.length >= wanted,
    ready: observed && isReady(workload, current, outgoing, wanted),
  }
}

function nothingLeft(code: 'gone' | 'replaced'): Rollout {
  return {
    ...{ over: { code, message: '' }, standstill: null, observed: true, wanted: 0, missing: 0 },
    ...{ current: [], outgoing: [], holdups: [], pulled: false, ready: false },
  }
}

/** Its work is done, or another one stands for it; a bare pod that has ended is what it is. */
function isFinished({ pod }: RolloutPod, { kind }: RolloutWorkload): boolean {
  return kind !== 'Pod' && (pod.phase === 'Failed' || pod.phase === 'Succeeded')
}

/** With Recreate the newest ReplicaSet is made only once the old pods are gone, long after the change was read. */
function isObserved(workload: RolloutWorkload, sight: RolloutSight): boolean {
  const { kind, generation, observedGeneration, strategy, status } = workload
  if (observedGeneration !== null && observedGeneration < generation) return false
  if (kind !== 'Deployment' || sight.revisions === null || wantedBy(workload) === 0) return true
  const newest = newestRevision(sight)
  return newest !== null && !(strategy === 'Recreate' && newest.replicas === 0 && status.updated === 0)
}

/** Pods that are wanted at this moment. */
function wantedBy({ kind, replicas, job }: RolloutWorkload): number {
  if (job === null || kind !== 'Job') return replicas
  const { completions, succeeded } = job
  if (completions === null) return succeeded > 0 ? 0 : replicas
  return Math.max(0, Math.min(replicas, completions - succeeded))
}

/** @param inAll pods of every revision that stay for now */
function missingOf(sight: RolloutSight, wantedPods: RolloutPod[], inAll: number): number {
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
      .map(pod => [ordinalOf(pod), pod]),
  )
  let missing = 0
  for (let ordinal = firstOrdinal; ordinal < firstOrdinal + replicas; ordinal++) {
    const pod = there.get(ordinal)
    if (pod === undefined) missing++
    if (ordered && !pod?.ready) break
  }
  return missing
}

function overOf(
  { kind, ending, ended, suspended, observedGeneration }: RolloutWorkload,
  wanted: number,
): Rollout['over'] {
  if (ended) {
    const code = ended.as === 'complete' ? 'completed' : 'failed'
    return { code, message: [ended.reason, ended.message].filter(text => text !== '').join(': ') }
  }
  const message = ''
  if (ending && kind !== 'Pod') return { code: 'ending', message }
  if (suspended) return { code: 'suspended', message }
  // A DaemonSet that nobody has looked at yet has counted no nodes.
  return wanted === 0 && kind !== 'CronJob' && observedGeneration !== 0
    ? { code: 'none-wanted', message }
    : null
}

function standstillOf({ paused, strategy, partition }: RolloutWorkload): Standstill | null {
  if (paused) return 'paused'
  if (strategy === 'OnDelete') return 'on-delete'
  return partition > 0 ? 'partition' : null
}

interface Seen {
  workload: RolloutWorkload
  observed: boolean
  missing: number
  current: JudgedPod[]
  leaving: RolloutPod[]
}

function holdupsOf({ workload, observed, missing, current, leaving }: Seen): Holdup[] {
  const holdups: Holdup[] = observed ? [] : [{ code: 'unobserved' }]
  if (missing > 0) holdups.push(...missingBecause(workload, missing, leaving))
  for (const pod of current) {
    const { stage } = pod
    if (stage !== 'pulled' && stage !== 'failed') holdups.push({ code: stage, pod })
  }
  return holdups
}

function missingBecause({ refusal }: RolloutWorkload, missing: number, leaving: RolloutPod[]): Holdup[] {
  if (refusal !== null) return [{ code: 'refused', message: refusal }]
  const held = leaving.flatMap(({ pod, ending }) =>
    ending === null ? [] : [{ code: 'not-ended' as const, pod: pod.name, ...ending }],
  )
  return held.length > 0 ? held : [{ code: 'not-made', pods: missing }]
}

function isReady(
  { kind, status, job, ended, strategy }: RolloutWorkload,
  current: JudgedPod[],
  outgoing: JudgedPod[],
  wanted: number,
): boolean {
  if (kind === 'Job') return ended?.as === 'complete' || (job !== null && current.every(({ ready }) => ready))
  if (kind === 'Pod' || kind === 'CronJob')
    return current.every(({ ready, stage }) => ready || stage === 'pulled')
  const here = current.filter(({ ready }) => ready).length
  if (kind === 'ReplicaSet' || kind === 'ReplicationController') return here >= wanted
  const updated = strategy === 'OnDelete' || status.updated >= wanted
  return updated && here >= wanted && outgoing.length === 0 && status.available >= wanted
}
