/** Watches workloads until the pods that a plan wants back have returned, nothing more can change, or time is up. */

import { AT_ONCE, bounded } from '../network/bounded.ts'
import type { Change } from '../plan/change.ts'
import { type Holdup, judgeRollout, type RecoveryCounts, type Rollout, recoveryOf } from '../rollout/judge.ts'
import type { JudgedPod } from '../rollout/pod-stage.ts'
import { redact } from '../secrecy/redact.ts'
import type { ApplyContext, WatchedRollout } from './apply-context.ts'
import type { ChangeOutcome, Recovery, RecoveryPod } from './outcome.ts'
import { type RecoveryTarget, recoveryTargets } from './recovery-targets.ts'
import { statusOf } from './server-view.ts'

/** Milliseconds between two reads of the workloads. */
const PAUSE = 1_000
/** Milliseconds without any change after which a workload counts as settled. */
const PATIENCE = 30_000
/** The same for a failed pull, with time for a retry: the kubelet might not see a new Secret on its first try. */
const PULL_PATIENCE = 45_000

interface TargetProgress {
  target: RecoveryTarget
  aimed: number
  /** As last read; null before the first read. */
  rollout: Rollout | null
  /** Uids of its pods whose failed pulls can't succeed by retrying. */
  unrecoverablePods: WatchedRollout['unrecoverablePods']
  /** The server's reason why this user can't read it; null if reading is allowed. */
  denied: string | null
  /** When `signature` changed last, as `clock.now()`. */
  since: number
  signature: string
}

interface WatchGoal {
  /** From then on, the workload is no longer read. */
  isDone(one: TargetProgress): boolean
  /** Whether it will not be done any more; never, if absent. */
  isHopeless?: (one: TargetProgress) => boolean
}

export class Recoveries {
  readonly #watched: TargetProgress[]
  readonly #context: ApplyContext

  constructor(changes: Change[], context: ApplyContext) {
    this.#context = context
    this.#watched = recoveryTargets(changes).map(target => ({
      target,
      aimed: target.changes.reduce((sum, { pods }) => sum + pods, 0),
      rollout: null,
      unrecoverablePods: new Set(),
      denied: null,
      since: 0,
      signature: '',
    }))
  }

  /** Waits until every changed workload is back or settled, but no longer than the context's deadline. */
  async wait(outcomes: ReadonlyMap<string, ChangeOutcome>): Promise<void> {
    await this.#watch(outcomes, { isDone: one => this.#recovered(one).back || this.#isSettled(one) })
  }

  /** Waits until the pods of every changed workload have tried to pull. @returns whether all have */
  waitForTries(outcomes: ReadonlyMap<string, ChangeOutcome>): Promise<boolean> {
    return this.#watch(outcomes, {
      isDone: one => hasTried(one.rollout),
      isHopeless: one => this.#isSettled(one),
    })
  }

  /** Watches the workloads whose changes were made until each is done, the others are hopeless, or time is up. @returns whether all are done */
  async #watch(
    outcomes: ReadonlyMap<string, ChangeOutcome>,
    { isDone, isHopeless = () => false }: WatchGoal,
  ): Promise<boolean> {
    const { clock, deadline, onProgress, signal } = this.#context
    const due = this.#watched.filter(({ target }) => wasMade(target, outcomes))
    let open = due
    for (;;) {
      await bounded(open, AT_ONCE, one => this.#updateProgress(one))
      this.#reportProgress(due, onProgress)
      open = open.filter(one => !isDone(one))
      const isTimeUp = clock.now() + PAUSE > deadline
      if (isTimeUp || open.every(isHopeless)) return open.length === 0
      await clock.sleep(PAUSE, signal)
    }
  }

  #reportProgress(due: TargetProgress[], onProgress: ApplyContext['onProgress']): void {
    const states = due.map(one => this.#recovered(one))
    const wanted = states.reduce((sum, state) => sum + state.wanted, 0)
    const recovered = states.reduce((sum, state) => sum + state.recovered, 0)
    if (wanted > 0) onProgress({ phase: 'waiting', recovered, wanted })
  }

  /** Which of the targeted workloads came back. Workloads that were not read yet are read once. */
  async report(outcomes: ReadonlyMap<string, ChangeOutcome>): Promise<Recovery[]> {
    const unseen = this.#watched.filter(({ rollout }) => rollout === null)
    await bounded(unseen, AT_ONCE, one => this.#updateProgress(one))
    return this.#watched.map(one => {
      const counts = this.#recovered(one)
      const isExpected = !counts.back && wasMade(one.target, outcomes)
      return { ...reportOf(one, counts), missing: missingBecause(one, isExpected) }
    })
  }

  #recovered(one: TargetProgress): RecoveryCounts {
    const { rollout, aimed, since } = one
    if (rollout === null) return { wanted: aimed, recovered: 0, back: false }
    const slowInit = this.#context.clock.now() - since >= PATIENCE
    const recovered = recoveryOf(rollout, aimed, { slowInit })
    // A paused rollout makes no pods from the patched template.
    return isPaused(one) && recovered.back ? { ...recovered, back: false } : recovered
  }

  /** Whether the workload makes no more pods, or nothing that it waits for can happen before the deadline. */
  #isSettled(one: TargetProgress): boolean {
    const { rollout, unrecoverablePods, denied, since } = one
    if (denied !== null) return true
    if (rollout === null) return false
    if (rollout.over !== null || isPaused(one)) return true
    const { clock, deadline } = this.#context
    const still = clock.now() - since
    return (
      rollout.holdups.length > 0 &&
      rollout.holdups.every(holdup => isStandstill(holdup, { still, deadline, unrecoverablePods }))
    )
  }

  async #updateProgress(one: TargetProgress): Promise<void> {
    const { clock, readRollout } = this.#context
    const { subject } = one.target
    try {
      const rolloutState = await readRollout(subject)
      const rollout = judgeRollout(rolloutState, subject.uid)
      const signature = signatureOf(rollout)
      if (signature !== one.signature) Object.assign(one, { signature, since: clock.now() })
      one.rollout = finished(one.rollout, rollout)
      one.unrecoverablePods = rolloutState.unrecoverablePods
    } catch (error) {
      // A failed read is repeated unless it is forbidden; until then, the last successful one counts.
      if (statusOf(error) === 403) one.denied = redact((error as Error).message)
    }
  }
}

function wasMade({ changes }: RecoveryTarget, outcomes: ReadonlyMap<string, ChangeOutcome>): boolean {
  return changes.some(({ id }) => ['applied', 'unchanged'].includes(outcomes.get(id)?.status ?? 'skipped'))
}

/** Whether the patched template makes no pods because its rollout is paused. */
function isPaused({ target, rollout }: TargetProgress): boolean {
  return target.patched && rollout?.standstill === 'paused'
}

/** A Job that is gone after its pods had their images was cleaned up on completion (ttlSecondsAfterFinished). */
function finished(before: Rollout | null, now: Rollout): Rollout {
  const worked = before?.isJob && before.current.some(({ stage }) => stage === 'pulled')
  return now.over?.code === 'gone' && worked ? { ...now, over: { code: 'cleaned-up', message: '' } } : now
}

/** Whether every wanted pod has tried to pull, so that its pulls show in the quota. */
function hasTried(rollout: Rollout | null): boolean {
  if (rollout === null) return false
  return (
    rollout.over !== null || rollout.holdups.every(({ code }) => code === 'stuck' || code === 'initializing')
  )
}

interface StandstillFacts {
  /** Milliseconds since the last change. */
  still: number
  deadline: number
  unrecoverablePods: WatchedRollout['unrecoverablePods']
}

/** Whether waiting longer can't resolve the holdup. */
function isStandstill(holdup: Holdup, { still, deadline, unrecoverablePods }: StandstillFacts): boolean {
  switch (holdup.code) {
    case 'not-ended':
      return Date.parse(holdup.until) > deadline || (still >= PATIENCE && holdup.finalizers.length > 0)
    case 'refused':
    case 'initializing':
      return still >= PATIENCE
    case 'stuck':
      return still >= PULL_PATIENCE && unrecoverablePods.has(holdup.pod.uid)
    default:
      return false
  }
}

/** Identifies a state of the workload. The kubelet's reasons are not part of it: they alternate with each try. */
function signatureOf({ over, missing, holdups, current, outgoing }: Rollout): string {
  const names = [current, outgoing].map(pods => pods.map(({ uid, stage }) => `${uid} ${stage}`))
  return JSON.stringify([over, missing, holdups.map(({ code }) => code), names])
}

/** The report of one workload, without the reason for what is missing. */
function reportOf(
  { target, aimed, rollout }: TargetProgress,
  { wanted, recovered, back }: RecoveryCounts,
): Omit<Recovery, 'missing'> {
  const { namespace, kind, name } = target.subject
  const current = rollout?.current ?? []
  const waiting = current.filter(({ stage }) => (back ? stage === 'initializing' : stage !== 'pulled'))
  const crashing = current.filter(({ stage, trouble }) => stage === 'pulled' && trouble !== null)
  return {
    namespace,
    workload: { kind, name },
    aimed,
    wanted,
    recovered,
    waiting: waiting.map(recoveryPodOf),
    crashing: crashing.map(recoveryPodOf),
    over: rollout?.over ?? null,
  }
}

function recoveryPodOf({ name, stage, trouble }: JudgedPod): RecoveryPod {
  const { reason = '', message = '' } = trouble ?? {}
  return { name, state: stage === 'pulled' ? 'running' : stage, reason, message }
}

/**
 * Why pods are missing; null if no reason is known.
 * @param isExpected whether a change was made that brings pods back, and they are not all back
 */
function missingBecause(one: TargetProgress, isExpected: boolean): Recovery['missing'] {
  const { rollout, denied } = one
  if (rollout === null) return denied === null ? null : { code: 'unread', message: denied }
  if (!isExpected || rollout.over !== null) return null
  if (isPaused(one)) return { code: 'paused' }
  const holdup = rollout.holdups.find(isOfNoPod)
  if (holdup === undefined || holdup.code === 'refused') return holdup ?? null
  if (holdup.code !== 'not-ended') return { code: holdup.code }
  const { code, podName: pod, until, finalizers } = holdup
  return { code, pod, until, finalizers }
}

function isOfNoPod(holdup: Holdup): holdup is Exclude<Holdup, { pod: JudgedPod }> {
  return !('pod' in holdup)
}
