/** Judges a workload: what it wants now, which pods it has of that, what they lack, and whether anything can still change. */

import type { RolloutPod, RolloutSight, RolloutWorkload } from '../snapshot/rollout.ts'
import { missingOf, wantedBy } from './asked.ts'
import { membershipIn, newestRevision } from './newest.ts'
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
  /** A Job that was seen at work, and was gone as soon as it had ended. */
  | 'cleaned-up'
  /** It was scaled to zero, or has no node to run on. */
  | 'none-wanted'

/** Why the newest template does not reach every pod by itself. */
type Standstill = 'paused' | 'on-delete' | 'partition'

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
  /** Its pods come to an end by themselves, and it may be gone after that. */
  isJob: boolean
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
    isJob: workload.kind === 'Job',
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
    ...{ over: { code, message: '' }, standstill: null, isJob: false, observed: true, wanted: 0, missing: 0 },
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
  { kind, status, job, ended, strategy, partition }: RolloutWorkload,
  current: JudgedPod[],
  outgoing: JudgedPod[],
  wanted: number,
): boolean {
  if (kind === 'Job') return ended?.as === 'complete' || (job !== null && current.every(({ ready }) => ready))
  if (kind === 'Pod' || kind === 'CronJob')
    return current.every(({ ready, stage }) => ready || stage === 'pulled')
  const here = current.filter(({ ready }) => ready).length
  if (kind === 'ReplicaSet' || kind === 'ReplicationController') return here >= wanted
  // Below the partition the pods of a StatefulSet stay as they are.
  const updated = strategy === 'OnDelete' || status.updated >= wanted - partition
  return updated && here >= wanted && outgoing.length === 0 && status.available >= wanted
}
