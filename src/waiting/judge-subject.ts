/** Judges one subject: derives its new state, including what it still waits for, from its previous state and what is seen now. */

import { byText } from '../order.ts'
import { type Holdup, judgeRollout, type Rollout } from '../rollout/judge.ts'
import type { JudgedPod } from '../rollout/pod-stage.ts'
import { newestRevision } from '../rollout/wanted.ts'
import { ordinalOf } from '../snapshot/pod.ts'
import type { RolloutState, RolloutWorkload } from '../snapshot/rollout.ts'
import { endOf, type GoalInput, type WaitRules } from './goal.ts'
import type { EndCode, Obstacle, SubjectState, SubjectView, WaitCode } from './subject-state.ts'
import { failedBeforeEnd, recalled, remembering } from './tracked-failures.ts'
import { isGivenUp, troublesOf } from './troubles.ts'

/** In milliseconds. A replaced workload is deleted first and appears again after a moment. */
const GONE_AFTER = 5_000

/**
 * Returns the new state of the subject.
 * @param before null at the first look
 * @param now milliseconds since 1970, by the server's clock
 */
export function judgeSubject(
  before: SubjectState | null,
  view: SubjectView,
  now: number,
  rules: WaitRules,
): SubjectState {
  const { subject, rolloutState } = view
  const state = { ...(before ?? unseen(view)), subject, obstacle: null }
  if (rolloutState === null) return { ...state, status: 'unknown', code: 'unreadable' }
  const { workload } = rolloutState
  if (workload === null || workload.ending) return whileGone(state, now)
  const revision = revisionOf(rolloutState, workload)
  const isNew = revision !== null && state.revision !== null && revision !== state.revision
  const fresh = {
    ...state,
    seen: true,
    goneSince: null,
    revision: revision ?? state.revision,
    superseded: state.superseded + (isNew ? 1 : 0),
    ...(isNew && { status: 'waiting' as const, troubles: [], failures: [], memory: new Map() }),
  }
  // A workload stays done whatever happens later, such as an autoscaler adding a pod.
  if (fresh.status === 'done') return fresh
  return judgeThere(fresh, { view, rolloutState, workload, now, rules })
}

interface JudgeInput extends GoalInput {
  view: SubjectView
  now: number
}

function judgeThere(state: SubjectState, moment: JudgeInput): SubjectState {
  const { view, rolloutState, workload, now, rules } = moment
  if (lagsBehind(rolloutState, workload)) return waiting(state, 'unobserved')
  const rollout = judgeRollout(rolloutState, null)
  const pods = due(rollout.current, workload)
  const counts = {
    wanted: Math.max(0, rollout.wanted - workload.partition),
    pulled: pods.filter(({ stage }) => stage === 'pulled').length,
    ready: pods.filter(({ ready }) => ready).length,
  }
  const uids = new Set(pods.map(({ uid }) => uid))
  // Without revisions, new pods can't be distinguished from old ones, whose troubles don't count.
  const knowsRevisions = rolloutState.revisions !== null || workload.status.total <= workload.status.updated
  const own = knowsRevisions ? view.failures.filter(({ podUid }) => uids.has(podUid)) : []
  const failures = rollout.observed ? recalled(own, state.memory) : []
  const circumstances = { pods: pods.length, well: counts.pulled, now, patience: rules.patience }
  const troubles = troublesOf(failures, { before: state.troubles, ...circumstances })
  const seen = rolloutState.pods.map(({ pod }) => pod)
  const known = {
    ...state,
    counts,
    troubles,
    failures,
    pulling: view.pulling,
    memory: remembering(failures, state.memory, {
      pods: seen,
      podUids: RUN_ONCE.includes(workload.kind) ? null : uids,
    }),
  }
  const end = endOf(rollout, knowsRevisions ? pods : null, { rolloutState, workload, rules })
  if (end === 'ended') {
    const last = failures.length > 0 ? failures : failedBeforeEnd(known.memory, seen)
    return failed(
      { ...known, failures: last, troubles: troublesOf(last, { before: troubles, ...circumstances }) },
      rollout,
    )
  }
  if (end !== null) return ended(known, end)
  if (troubles.some(trouble => isGivenUp(trouble, now))) return { ...known, status: 'failed', code: 'image' }
  const blocker = rollout.observed ? blockerOf(rollout, workload) : null
  if (blocker !== null) return blocked(known, blocker, moment)
  return { ...known, status: 'waiting', ...holdupOf(rollout, pods, known) }
}

/** The old pod's pull can still succeed, or somebody can delete the pod, so wait as long as for a pod of the newest revision. */
function blocked(state: SubjectState, blocker: JudgedPod, { view, now, rules }: JudgeInput): SubjectState {
  const failures = view.failures.filter(({ podUid }) => podUid === blocker.uid)
  const troubles = troublesOf(failures, { before: [], pods: 1, well: 0, now, patience: rules.patience })
  const status = troubles.some(trouble => isGivenUp(trouble, now)) ? 'unknown' : 'waiting'
  return {
    ...state,
    status,
    code: 'blocked',
    obstacle: { pod: blocker.name, container: null, reason: '', message: '' },
  }
}

function unseen({ subject }: SubjectView): SubjectState {
  return {
    subject,
    status: 'waiting',
    code: 'absent',
    obstacle: null,
    counts: { wanted: 0, pulled: 0, ready: 0 },
    revision: null,
    superseded: 0,
    troubles: [],
    failures: [],
    pulling: [],
    memory: new Map(),
    goneSince: null,
    seen: false,
  }
}

const waiting = (state: SubjectState, code: 'unobserved' | 'absent'): SubjectState => ({
  ...state,
  status: 'waiting',
  code,
})

/** A workload that was done, such as a Job, can have been cleaned up. */
function whileGone(state: SubjectState, now: number): SubjectState {
  if (state.status === 'done') return state
  if (!state.seen) return waiting(state, 'absent')
  const goneSince = state.goneSince ?? now
  const gone = { ...state, goneSince, pulling: [], counts: { ...state.counts, pulled: 0, ready: 0 } }
  return now - goneSince >= GONE_AFTER
    ? { ...gone, status: 'unknown', code: 'deleted' }
    : waiting(gone, 'absent')
}

/** Identifies what the pods are created from; null while that is unknown. */
function revisionOf(rolloutState: RolloutState, { kind, uid, revision }: RolloutWorkload): string | null {
  if (kind === 'StatefulSet') return revision === null ? null : `${uid} ${revision}`
  if ((kind !== 'Deployment' && kind !== 'DaemonSet') || rolloutState.revisions === null) return uid
  return newestRevision(rolloutState)?.uid ?? null
}

/** Whether the newest revision has not arrived yet. Each kind has its own watch, so a Deployment can name a revision before it arrives. */
function lagsBehind({ revisions }: RolloutState, { kind, revision }: RolloutWorkload): boolean {
  if (kind !== 'Deployment' || revisions === null || revision === null) return false
  return !revisions.some(({ number }) => String(number) === revision)
}

/** Pods below the partition of a StatefulSet keep their revision and are not waited for. */
function due(pods: JudgedPod[], { kind, firstOrdinal, partition }: RolloutWorkload): JudgedPod[] {
  if (kind !== 'StatefulSet' || partition === 0) return pods
  return pods.filter(({ name }) => (ordinalOf({ name }) ?? 0) >= firstOrdinal + partition)
}

/** The kinds whose pods are not replaced for ever, so that a failure can be their last. */
const RUN_ONCE: RolloutWorkload['kind'][] = ['Job', 'CronJob', 'Pod']

const DONE: EndCode[] = ['ready', 'pulled', 'started', 'completed', 'none-wanted', 'suspended', 'no-job']

function ended(state: SubjectState, code: EndCode): SubjectState {
  if (DONE.includes(code)) return { ...state, status: 'done', code, troubles: [], failures: [], pulling: [] }
  return { ...state, status: 'unknown', code, obstacle: null }
}

/** A Job or a pod that has failed, because of an image or for another reason. */
function failed(state: SubjectState, { over }: Rollout): SubjectState {
  if (state.troubles.length > 0) return { ...state, status: 'failed', code: 'image' }
  const message = over?.message ?? ''
  const obstacle = message === '' ? null : { pod: null, container: null, reason: '', message }
  return { ...state, status: 'unknown', code: 'ended', obstacle }
}

type WaitReason = Pick<SubjectState, 'obstacle'> & { code: WaitCode }

/** Holdups that explain more than another pod's crash. */
const BEFORE_CRASHES = ['refused', 'stuck', 'unscheduled'] as const

/**
 * Returns what is waited for now, the most informative holdup first.
 * @param pods pods of the newest revision that are waited for
 */
function holdupOf(
  { observed, holdups, outgoing, missing }: Rollout,
  pods: JudgedPod[],
  { troubles, pulling }: Pick<SubjectState, 'troubles' | 'pulling'>,
): WaitReason {
  if (!observed) return withoutObstacle('unobserved')
  if (troubles.length > 0) return withoutObstacle('pull')
  const uids = new Set(pods.map(({ uid }) => uid))
  const own = holdups.filter(holdup => !('pod' in holdup) || uids.has(holdup.pod.uid))
  const crash = pods.find(({ stage, trouble }) => stage === 'pulled' && trouble !== null)
  const first = ORDER.flatMap(code => own.find(holdup => holdup.code === code) ?? [])[0]
  if (first !== undefined && BEFORE_CRASHES.some(code => code === first.code)) return reasonOf(first)
  if (crash !== undefined) return { code: 'crashing', obstacle: troubleOf(crash) }
  if (pulling.length > 0) return withoutObstacle('pulling')
  if (first !== undefined) return reasonOf(first)
  const [unready] = pods.filter(({ ready }) => !ready).toSorted(byText(({ name }) => name))
  if (unready !== undefined) return { code: 'not-ready', obstacle: troubleOf(unready) }
  if (missing > 0) return withoutObstacle('not-made')
  return withoutObstacle(outgoing.length > 0 ? 'old-pods' : 'controller')
}

/** Most informative first. */
const ORDER = [
  ...BEFORE_CRASHES,
  'initializing',
  'starting',
  'not-ended',
  'not-made',
  'unobserved',
] as const satisfies Holdup['code'][]

function reasonOf(holdup: Holdup): WaitReason {
  switch (holdup.code) {
    case 'refused':
      return {
        code: 'refused',
        obstacle: { pod: null, container: null, reason: '', message: holdup.message },
      }
    case 'not-ended':
      return {
        code: 'not-ended',
        obstacle: { pod: holdup.podName, container: null, reason: '', message: '' },
      }
    case 'not-made':
    case 'unobserved':
      return withoutObstacle(holdup.code)
    case 'stuck':
      return { code: 'pull', obstacle: troubleOf(holdup.pod) }
    default:
      return { code: holdup.code, obstacle: troubleOf(holdup.pod) }
  }
}

const withoutObstacle = (code: WaitCode): WaitReason => ({ code, obstacle: null })

function troubleOf({ name, trouble }: JudgedPod): Obstacle {
  const { container = '', reason = '', message = '' } = trouble ?? {}
  return { pod: name, container: container || null, reason, message }
}

/**
 * Returns the pod of an older revision that can't become ready, and that the controller waits for instead of replacing it; null if there is
 * none. With ordered startup, a pod is not replaced until every earlier one is ready. Kubernetes documents this under "Forced rollback":
 * the pod has to be deleted by hand.
 */
function blockerOf(
  { current, outgoing }: Pick<Rollout, 'current' | 'outgoing'>,
  { ordered, firstOrdinal, replicas }: RolloutWorkload,
): JudgedPod | null {
  if (!ordered) return null
  const place = (pod: JudgedPod) => ordinalOf(pod) ?? Number.POSITIVE_INFINITY
  const [first] = [...current, ...outgoing]
    .filter(pod => !pod.ready && place(pod) < firstOrdinal + replicas)
    .toSorted((one, other) => place(one) - place(other))
  return first !== undefined && first.trouble !== null && outgoing.includes(first) ? first : null
}
