/** Decides whether a workload has reached the goal or a state that only a person can change, and whether the whole wait has ended. */

import type { Rollout } from '../rollout/judge.ts'
import type { JudgedPod } from '../rollout/pod-stage.ts'
import type { RolloutState, RolloutWorkload } from '../snapshot/rollout.ts'
import type { EndCode, Goal, SubjectState } from './subject-state.ts'
import type { PatienceChoices } from './troubles.ts'

export interface WaitRules {
  goal: Goal
  patience: PatienceChoices
}

/** The workload to judge, and the rules of the wait. */
export interface GoalInput {
  rolloutState: RolloutState
  workload: RolloutWorkload
  rules: WaitRules
}

/**
 * Returns how the wait for a workload ended, apart from failed pulls; null while it continues.
 * @param pods pods of the newest revision that are waited for; null if they can't be distinguished from pods of older revisions
 */
export function endOf(
  { over, observed, standstill, ...rollout }: Rollout,
  pods: JudgedPod[] | null,
  { rolloutState, workload, rules }: GoalInput,
): EndCode | null {
  if (over?.code === 'completed') return 'completed'
  if (over?.code === 'suspended') return 'suspended'
  if (over?.code === 'failed') return 'ended'
  if (!observed) return null
  if (over?.code === 'none-wanted') return 'none-wanted'
  if (workload.kind === 'CronJob') return 'no-job'
  if (workload.kind === 'Pod' && rolloutState.pods.some(({ pod }) => pod.phase === 'Failed')) return 'ended'
  if (pods === null) return null
  if (isReached({ ...rollout, over, observed, standstill }, pods, { rolloutState, workload, rules })) {
    return workload.kind === 'Job' ? 'started' : rules.goal
  }
  return restsAs(standstill, pods, workload)
}

function isReached(
  rollout: Rollout,
  pods: JudgedPod[],
  { rolloutState, workload, rules }: GoalInput,
): boolean {
  const { kind, strategy, partition, replicas } = workload
  const pulled = arePulled(pods)
  if (kind === 'Job') return pulled && pods.length >= rollout.wanted
  if (kind === 'Pod') return isPodReached(rolloutState, pods, rules)
  const wanted = Math.max(0, rollout.wanted - partition)
  if (wanted === 0) return replicas > 0 && rollout.missing === 0
  const isRolledOut = strategy === 'OnDelete' || isUpdated(workload, wanted)
  if (rules.goal === 'pulled') return pulled && isRolledOut && rollout.missing === 0 && pods.length >= wanted
  if (partition === 0) return rollout.ready && isUpdated(workload, wanted)
  return isRolledOut && pods.filter(({ ready }) => ready).length >= wanted
}

function arePulled(pods: JudgedPod[]): boolean {
  return pods.length > 0 && pods.every(({ stage }) => stage === 'pulled')
}

/** The same for a pod that is waited for itself. */
function isPodReached(rolloutState: RolloutState, pods: JudgedPod[], { goal }: WaitRules): boolean {
  if (pods.length === 0 || pods.some(({ stage }) => stage === 'stuck')) return false
  // A pod is only ready while all of its containers run; a virtual kubelet may not report them.
  const isDone = rolloutState.pods.every(({ pod, ready }) => ready || pod.phase === 'Succeeded')
  return isDone || (goal === 'pulled' && arePulled(pods))
}

const TEMPLATED: RolloutWorkload['kind'][] = ['Deployment', 'StatefulSet', 'DaemonSet']

/** With OnDelete, all existing pods can be of an older template. */
function isUpdated({ kind, status }: RolloutWorkload, wanted: number): boolean {
  return !TEMPLATED.includes(kind) || status.updated >= wanted
}

/** Whether the existing pods have their images, and the newest template reaches no more of them until somebody acts. */
function restsAs(
  standstill: Rollout['standstill'],
  pods: JudgedPod[],
  { status, replicas }: RolloutWorkload,
): EndCode | null {
  if (standstill !== 'paused' && standstill !== 'on-delete') return null
  const lacksImages = pods.some(({ stage }) => stage !== 'pulled')
  if (standstill === 'on-delete') return status.updated < replicas && !lacksImages ? 'on-delete' : null
  // A paused Deployment keeps its old pods, too.
  return lacksImages || (status.updated >= replicas && status.total <= status.updated) ? null : 'paused'
}

export type WaitOutcome = 'done' | 'failed' | 'timeout' | 'unknown'

interface Circumstances {
  /** The wait has timed out. */
  isOver: boolean
  /** Workloads are selected by labels, so the first one can still appear. */
  mayGrow: boolean
  /** Workloads are selected by labels among kinds that can't be read, so some can be missing. */
  isBlind: boolean
}

/** Returns how the whole wait has ended; null while it continues. It ends for all workloads if one can't get its image or was deleted. */
export function outcomeOf(
  states: readonly SubjectState[],
  { isOver, mayGrow, isBlind }: Circumstances,
): WaitOutcome | null {
  if (states.some(({ status }) => status === 'failed')) return 'failed'
  if (states.some(({ code }) => code === 'deleted')) return 'unknown'
  if (states.some(({ status }) => status === 'waiting')) return isOver ? 'timeout' : null
  // Even if a workload appears, others could be missing.
  if (states.length === 0 && mayGrow && isBlind) return 'unknown'
  if (states.length === 0 && mayGrow) return isOver ? 'timeout' : null
  return isBlind || states.some(({ status }) => status === 'unknown') ? 'unknown' : 'done'
}
