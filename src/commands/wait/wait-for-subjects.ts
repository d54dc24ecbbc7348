/** Waits: judges the subjects after each change until all are finished, one can't succeed, or time runs out. */

import { diagnose } from '../../diagnosis/diagnose.ts'
import { countCauses, type Diagnosis, type Finding } from '../../diagnosis/finding.ts'
import type { ClusterReader } from '../../kubernetes/api/cluster.ts'
import { within } from '../../network/stop-waiting.ts'
import { countPods } from '../../report/words/nouns.ts'
import type { ImageCheck } from '../../snapshot/image-check.ts'
import type { RolloutState } from '../../snapshot/rollout.ts'
import type { Following } from '../../source/following/following.ts'
import type { PullFacts } from '../../source/following/pull-facts.ts'
import { subjectKey } from '../../source/following/subjects.ts'
import { outcomeOf, type WaitOutcome, type WaitRules } from '../../waiting/goal.ts'
import { judgeSubject } from '../../waiting/judge-subject.ts'
import type { SubjectState } from '../../waiting/subject-state.ts'
import { failuresIn } from '../../waiting/tracked-failures.ts'
import { isAlike, isGivenUp } from '../../waiting/troubles.ts'
import type { CommandContext } from '../context.ts'

interface WaitResult {
  outcome: WaitOutcome
  states: SubjectState[]
  diagnosis: Diagnosis
}

interface Waiting {
  cluster: ClusterReader
  following: Following
  facts: PullFacts
  rules: WaitRules
  /** When time runs out, by this machine's clock. */
  deadline: number
  /** The registries' answers so far. */
  checks(): ImageCheck[]
  /** Called after each look at the subjects. */
  onLook(states: SubjectState[], serverNow: number): Promise<void>
}

/** Milliseconds. Changes come in bursts; patience can end without any change. */
const BURST = 100
const LOOK = 1_000
const REREAD = 30_000
/** Milliseconds that the last look may take after time has run out, even if the API server hangs. */
const LAST_LOOK = 5_000

/** @throws UnreachableError; the signal's reason */
export async function waitForSubjects(waiting: Waiting, context: CommandContext): Promise<WaitResult> {
  const { following, deadline, onLook, cluster } = waiting
  const { clock, signal } = context
  const until = (end: number) => Math.max(0, end - clock.now())
  const left = () => until(deadline)
  const leftForLook = () => until(deadline + LAST_LOOK)
  const looks = new SubjectTracker(waiting, leftForLook)
  const reread = () => within(Math.min(REREAD, left()), following.readAgain(signal), clock)
  for (;;) {
    const changed = following.changed()
    await within(leftForLook(), following.followNewPods(), clock)
    await looks.look({ isFresh: false })
    const isOver = clock.now() >= deadline
    const outcome = looks.outcome(isOver)
    const isConfirmed = outcome !== null && (await looks.confirms(outcome, isOver, reread))
    await onLook(looks.states, cluster.serverNow())
    if (isConfirmed) return { outcome, states: looks.states, diagnosis: looks.diagnosis() }
    await Promise.race([changed, clock.sleep(Math.min(LOOK, left()), signal)])
    signal.throwIfAborted()
    await clock.sleep(BURST, signal)
  }
}

/** Keeps the state of each subject. */
class SubjectTracker {
  readonly #waiting: Waiting
  readonly #leftForLook: () => number
  readonly #states = new Map<string, SubjectState>()
  #diagnosis: Diagnosis | null = null

  /** @param leftForLook how long a look may still take, in milliseconds */
  constructor(waiting: Waiting, leftForLook: () => number) {
    this.#waiting = waiting
    this.#leftForLook = leftForLook
  }

  get states(): SubjectState[] {
    return [...this.#states.values()]
  }

  outcome(isOver: boolean): WaitOutcome | null {
    const { mayGrow, isBlind } = this.#waiting.following
    return outcomeOf(this.states, { isOver, mayGrow, isBlind })
  }

  /** @param reading.isFresh what the failing pods reference is read again */
  async look(reading: { isFresh: boolean }): Promise<void> {
    const { following, facts, cluster, rules, checks } = this.#waiting
    // A workload that the labels once selected stays a subject, even if it was deleted or is no longer selected.
    const known = [...this.states.map(({ subject }) => subject), ...following.subjects()]
    const subjects = [...new Map(known.map(subject => [subjectKey(subject), subject])).values()]
    const seen = subjects.map(subject => ({ subject, rolloutState: following.rolloutStateOf(subject) }))
    const pods = seen.flatMap(({ rolloutState }) => podsOf(rolloutState))
    const snapshot = await facts.snapshotOf(pods, { ...reading, patience: this.#leftForLook() })
    const now = cluster.serverNow()
    const diagnosis = diagnose({ ...snapshot, imageChecks: checks() })
    const failures = failuresIn(diagnosis, snapshot, now)
    for (const { subject, rolloutState } of seen) {
      const own = podsOf(rolloutState)
      const names = new Set(own.map(({ name }) => name))
      const view = {
        subject,
        rolloutState,
        failures: own.flatMap(({ uid }) => failures.get(uid) ?? []),
        pulling: diagnosis.pulling.filter(
          ({ namespace, pod }) => namespace === subject.namespace && names.has(pod),
        ),
      }
      const key = subjectKey(subject)
      this.#states.set(key, judgeSubject(this.#states.get(key) ?? null, view, now, rules))
    }
    this.#diagnosis = diagnosis
  }

  /**
   * Confirms a failure by reading everything once more, including pull secrets, because watches alone could be outdated.
   * @param reread reads everything again, within the time left
   */
  async confirms(outcome: WaitOutcome, isOver: boolean, reread: () => Promise<unknown>): Promise<boolean> {
    if (outcome === 'done') return true
    const { following } = this.#waiting
    if (outcome !== 'timeout' && !isOver) {
      await reread()
      if (following.trouble !== null) return false
    }
    await this.look({ isFresh: true })
    return this.outcome(isOver) === outcome
  }

  /** Returns the diagnosis with the causes remembered from the whole wait. */
  diagnosis(): Diagnosis {
    const now = this.#waiting.cluster.serverNow()
    const all = this.states.flatMap(state =>
      state.failures.map(({ finding }) => ({ finding, isEnd: isGivenUpIn(state, finding, now) })),
    )
    // Findings that ended the wait come first, so that the last line shows their step.
    const findings = all
      .toSorted(
        (one, other) =>
          Number(other.isEnd) - Number(one.isEnd) || other.finding.priority - one.finding.priority,
      )
      .map(({ finding }) => finding)
    const base = this.#diagnosis as Diagnosis
    return {
      ...base,
      findings,
      summary: { pods: base.summary.pods, failingPods: countPods(findings), causes: countCauses(findings) },
    }
  }
}

/** Whether the finding made its workload fail. */
function isGivenUpIn({ status, troubles }: SubjectState, finding: Finding, now: number): boolean {
  const own = troubles.find(trouble => isAlike(trouble.finding, finding))
  return status === 'failed' && own !== undefined && isGivenUp(own, now)
}

/** Terminating pods prove nothing about the image. */
function podsOf(rolloutState: RolloutState | null) {
  return (rolloutState?.pods ?? []).filter(({ ending }) => ending === null).map(({ pod }) => pod)
}
