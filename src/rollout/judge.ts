/** Judges a workload: which pods it wants, which exist, what is missing, whether that can change, and whether a fix's pods are back. */

import { isFinished } from '../snapshot/pod.ts'
import type { RolloutPod, RolloutState, RolloutWorkload } from '../snapshot/rollout.ts'
import { type JudgedPod, judgePod } from './pod-stage.ts'
import { membershipIn, missingOf, newestRevision, wantedBy } from './wanted.ts'

/** Why a workload creates no more pods. */
export type EndReason =
  /** It was deleted. */
  | 'gone'
  /** Another workload has its name. */
  | 'replaced'
  /** It is being deleted. */
  | 'ending'
  | 'suspended'
  /** A Job that has failed. */
  | 'failed'
  /** A Job that has completed. */
  | 'completed'
  /** A Job that was deleted on completion; its pods were running when it was last read. */
  | 'cleaned-up'
  /** It is scaled to zero, or no node matches it. */
  | 'none-wanted'

/** Why a template change does not roll out to every pod by itself. */
type Standstill = 'paused' | 'on-delete' | 'partition'

/** What prevents a wanted pod from existing and having its images. */
export type Holdup =
  /** The controller has not observed the newest change yet. */
  | { code: 'unobserved' }
  /** The server refuses to create the pod; `message` is its own sentence. */
  | { code: 'refused'; message: string }
  /** The pod that it replaces is still terminating, until the end of its grace period (ISO 8601). */
  | { code: 'not-ended'; podName: string; until: string; finalizers: string[] }
  /** The controller has not created them, for no known reason. */
  | { code: 'not-made'; pods: number }
  | { code: 'stuck' | 'unscheduled' | 'initializing' | 'starting'; pod: JudgedPod }

export interface Rollout {
  over: { code: EndReason; message: string } | null
  standstill: Standstill | null
  /** The workload is a Job: its pods end by themselves, and it can be deleted after that. */
  isJob: boolean
  /** The controller has observed the newest change, so its status reflects that change. */
  observed: boolean
  /** How many pods the workload wants. */
  wanted: number
  /** How many pods of the wanted revision should exist now and don't. A rollout creates only some at a time. */
  missing: number
  /** Pods of the wanted revision that are not terminating. */
  current: JudgedPod[]
  /** Pods of older revisions that the rollout still has to remove. */
  outgoing: JudgedPod[]
  /** What prevents wanted pods; empty if nothing does. */
  holdups: Holdup[]
  /** Every wanted pod of the newest revision exists and has its images. */
  pulled: boolean
  /** Every wanted pod is of the newest revision and available, and the controller says so. */
  ready: boolean
}

/**
 * Judges the workload's current state.
 * @param uid the expected workload's uid; null accepts any workload of that name
 */
export function judgeRollout(rolloutState: RolloutState, uid: string | null): Rollout {
  const { workload } = rolloutState
  if (workload === null) return rolloutOver('gone')
  if (uid !== null && workload.uid !== uid) return rolloutOver('replaced')
  const member = membershipIn(rolloutState)
  const there = rolloutState.pods.filter(({ ending }) => ending === null)
  const pick = (place: 'wanted' | 'outgoing') =>
    there.filter(pod => member(pod) === place && !noLongerCounts(pod, workload))
  const wantedPods = pick('wanted')
  const current = wantedPods.map(judgePod)
  const outgoing = pick('outgoing').map(judgePod)
  const observed = isObserved(workload, rolloutState)
  const missing = missingOf(rolloutState, wantedPods, current.length + outgoing.length)
  const leaving = rolloutState.pods.filter(pod => pod.ending !== null && member(pod) !== null)
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

function rolloutOver(code: 'gone' | 'replaced'): Rollout {
  return {
    over: { code, message: '' },
    standstill: null,
    isJob: false,
    observed: true,
    wanted: 0,
    missing: 0,
    current: [],
    outgoing: [],
    holdups: [],
    pulled: false,
    ready: false,
  }
}

/** Whether the pod has ended and no longer counts. A bare pod always counts. */
function noLongerCounts({ pod }: RolloutPod, { kind }: RolloutWorkload): boolean {
  return kind !== 'Pod' && isFinished(pod)
}

/** With strategy Recreate the newest ReplicaSet is created only once the old pods are gone, long after the change was observed. */
function isObserved(workload: RolloutWorkload, rolloutState: RolloutState): boolean {
  const { kind, generation, observedGeneration, strategy, status } = workload
  if (observedGeneration !== null && observedGeneration < generation) return false
  if (kind !== 'Deployment' || rolloutState.revisions === null || wantedBy(workload) === 0) return true
  const newest = newestRevision(rolloutState)
  // While it is paused, no ReplicaSet is created for its template.
  if (newest === null) return workload.paused
  return !(strategy === 'Recreate' && newest.replicas === 0 && status.updated === 0)
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
  // A DaemonSet that its controller has not observed yet reports zero nodes.
  return wanted === 0 && kind !== 'CronJob' && observedGeneration !== 0
    ? { code: 'none-wanted', message }
    : null
}

function standstillOf({ paused, strategy, partition }: RolloutWorkload): Standstill | null {
  if (paused) return 'paused'
  if (strategy === 'OnDelete') return 'on-delete'
  return partition > 0 ? 'partition' : null
}

interface HoldupFacts {
  workload: RolloutWorkload
  observed: boolean
  missing: number
  current: JudgedPod[]
  leaving: RolloutPod[]
}

function holdupsOf({ workload, observed, missing, current, leaving }: HoldupFacts): Holdup[] {
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
    ending === null ? [] : [{ code: 'not-ended' as const, podName: pod.name, ...ending }],
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
  if (kind === 'ReplicaSet' || kind === 'ReplicationController')
    return here >= wanted && status.available >= wanted
  // Pods of a StatefulSet below the partition keep their revision.
  const updated = strategy === 'OnDelete' || status.updated >= wanted - partition
  return updated && here >= wanted && outgoing.length === 0 && status.available >= wanted
}

export interface RecoveryCounts {
  /** How many pods are expected back: at most as many as the workload wants now. */
  wanted: number
  recovered: number
  /** Whether all of them are back: they have their images, and no pod of the workload still waits for one. */
  back: boolean
}

/**
 * Counts the targeted pods that are back.
 * @param targeted how many pods of the workload could not pull when the fix was planned
 * @param options.slowInit whether a pod whose init container keeps running counts as back: it has that image and requested no other
 */
export function recoveryOf(
  rollout: Rollout,
  targeted: number,
  { slowInit }: { slowInit: boolean } = { slowInit: false },
): RecoveryCounts {
  const { over, current, missing, observed } = rollout
  if (over?.code === 'completed' || over?.code === 'cleaned-up')
    return { wanted: targeted, recovered: targeted, back: true }
  // Don't wait for a workload that no longer wants any pods.
  if (over?.code === 'none-wanted') return { wanted: 0, recovered: 0, back: true }
  if (over) return { wanted: targeted, recovered: 0, back: false }
  const wanted = Math.min(targeted, Math.max(rollout.wanted, current.length))
  const there = current.filter(
    ({ stage }) => stage === 'pulled' || (slowInit && stage === 'initializing'),
  ).length
  const lacking = missing + current.length - there
  const back = observed && lacking === 0 && there >= wanted && !outgoingWait(rollout)
  if (back) return { wanted, recovered: wanted, back }
  return { wanted, recovered: Math.max(0, Math.min(there, wanted - lacking, wanted - 1)), back }
}

/** Whether stuck pods of older revisions still have to be replaced. A stalled rollout never replaces them. */
function outgoingWait({ outgoing, standstill }: Rollout): boolean {
  return standstill === null && outgoing.some(({ stage }) => stage === 'stuck')
}
