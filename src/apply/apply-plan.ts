/** Applies a plan: dry-runs every change, writes them in order, recreates only as many pods as pulls allow, and waits for them. */

import { AT_ONCE, bounded } from '../network/bounded.ts'
import { type Change, type PodChange, STAGES } from '../plan/change.ts'
import type { Plan } from '../plan/plan.ts'
import type { QuotaOutcome } from '../registry/outcome.ts'
import type { ApplyContext } from './apply-context.ts'
import type { ChangeOutcome, FixResult, HeldBack } from './outcome.ts'
import { Recoveries } from './recoveries.ts'
import { isDone, outcomeOf } from './server-view.ts'
import { Successors } from './successor.ts'
import { writePatch, writeSecret } from './write-object.ts'
import { writePod } from './write-pod.ts'

/** Sends every change as a server-side dry run. One outcome per change, in the plan's order. */
export async function dryRunPlan(plan: Plan, context: ApplyContext): Promise<ChangeOutcome[]> {
  let done = 0
  const trying = { ...context, dryRun: true }
  const successors = new Successors(plan.changes, trying)
  const outcomes = await bounded(plan.changes, AT_ONCE, async change => {
    context.signal?.throwIfAborted()
    const outcome = await writeOne(change, trying, successors)
    context.onProgress({ phase: 'checking', done: ++done, total: plan.changes.length })
    return outcome
  })
  return withoutUnused(plan.changes, withoutOrphans(plan.changes, outcomes))
}

/**
 * Writes the changes that passed the dry run, Secrets first, pods last, and waits for the pods.
 * @param checked the dry run's outcomes, in the plan's order; changes that failed there are not written
 */
export async function applyPlan(
  plan: Plan,
  checked: ChangeOutcome[],
  context: ApplyContext,
): Promise<FixResult> {
  const outcomes = new Map<string, ChangeOutcome>()
  for (const outcome of checked) if (outcome.status !== 'accepted') outcomes.set(outcome.id, outcome)
  const open = plan.changes.filter(change => !outcomes.has(change.id))
  const recoveries = new Recoveries(plan.changes, context)
  const progress = { done: 0, total: open.length }
  const successors = new Successors(plan.changes, context)
  const write = (change: Change) => writeJournaled(change, { outcomes, context, progress, successors })
  const pods = open.filter(change => isPodChange(change))
  const others = open.filter(change => !isPodChange(change))
  for (const stage of STAGES) {
    const now = others.filter(({ action }) => stage.includes(action))
    await bounded(now, AT_ONCE, write)
    await untilAdmitted(now, open, outcomes, context)
  }
  const underWay = pullsUnderWay(open, outcomes)
  const heldBack = await recreateInBatches(pods, { outcomes, write, recoveries, context, underWay })
  await recoveries.wait(outcomes)
  const inOrder = plan.changes.flatMap(change => outcomes.get(change.id) ?? [])
  // A change that failed in the dry run was not written.
  const wrote = open.some(({ id }) => ['applied', 'failed'].includes(outcomes.get(id)?.status ?? ''))
  return {
    run: wrote ? context.run : null,
    outcomes: inOrder,
    recoveries: await recoveries.report(outcomes),
    heldBack,
  }
}

/** Milliseconds. On one idle API server, 4 of 100 new pods did not get a list that was written just before, for up to 9 ms. */
const ADMISSION_LAG = 500

/**
 * Admission reads a service account from a cache in each API server, which a write reaches a little later. Waits for that if other changes
 * make pods that need the account's new list.
 */
async function untilAdmitted(
  written: Change[],
  changes: Change[],
  outcomes: ReadonlyMap<string, ChangeOutcome>,
  { clock, signal }: ApplyContext,
): Promise<void> {
  const fresh = written.filter(
    ({ id, action }) => action === 'patch-serviceaccount' && outcomes.get(id)?.status === 'applied',
  )
  const ids = new Set(fresh.map(({ id }) => id))
  if (changes.some(({ needs }) => needs.some(id => ids.has(id)))) await clock.sleep(ADMISSION_LAG, signal)
}

function pullsUnderWay(changes: Change[], outcomes: ReadonlyMap<string, ChangeOutcome>): number {
  return changes
    .filter(({ id, action }) => action === 'patch-template' && outcomes.get(id)?.status === 'applied')
    .reduce((sum, change) => sum + ('pulls' in change ? change.pulls : 0), 0)
}

function isPodChange(change: Change): change is PodChange {
  return change.target.kind === 'Pod'
}

interface Batching {
  outcomes: Map<string, ChangeOutcome>
  write(change: Change): Promise<void>
  recoveries: Pick<Recoveries, 'waitForTries'>
  context: Pick<ApplyContext, 'hub' | 'hubLogins'>
  /** Pulls of rollouts that have started and don't show in the quota yet. */
  underWay: number
}

/**
 * Writes the pod changes in batches no larger than the remaining pulls; the outcome of the rest is held back. A batch starts only after the
 * pods of the previous batch have pulled.
 * @returns how many pods were held back and why; null if none was
 */
export async function recreateInBatches(pods: PodChange[], batching: Batching): Promise<HeldBack | null> {
  const { outcomes, write, recoveries, context } = batching
  let rest = pods
  let { underWay } = batching
  while (rest.length > 0) {
    const left = rest.some(({ pulls }) => pulls > 0) ? await pullsLeft(context) : null
    const batch = fitting(rest, unclaimed(left, underWay))
    if (batch.length === 0 && left === 'unknown') return holdBack(rest, 'hub-out-of-reach', outcomes)
    if (batch.length === 0 && underWay === 0) return holdBack(rest, 'no-pulls-left', outcomes)
    await bounded(batch, AT_ONCE, write)
    rest = rest.filter(change => !batch.includes(change))
    if (rest.length === 0) break
    // The quota shows the new pods' pulls only after they have pulled: until then it is unknown what is left for the rest.
    const tried = left === null || (await recoveries.waitForTries(outcomes))
    if (!tried) return holdBack(rest, 'others-not-started', outcomes)
    underWay = 0
  }
  return null
}

/** The pulls that a batch can use; null if there is no limit. @param underWay those of rollouts, which the quota does not show yet */
function unclaimed(left: number | null | 'unknown', underWay: number): number | null {
  if (left === null) return null
  return left === 'unknown' ? 0 : left - underWay
}

/** The lowest number of pulls left among the logins; null if there is no limit; `unknown` if Docker Hub does not answer. */
export async function pullsLeft({ hub, hubLogins }: Batching['context']): Promise<number | null | 'unknown'> {
  const left: number[] = []
  for (const credential of hubLogins) {
    const known = leftOf(await hub.quota(credential))
    if (known === 'unknown') return known
    if (known !== null) left.push(known)
  }
  return left.length === 0 ? null : Math.min(...left)
}

/** The pulls left by one answer: 0 if Docker Hub throttles even this request, `unknown` if it does not answer. */
function leftOf(quota: QuotaOutcome): number | null | 'unknown' {
  switch (quota.status) {
    case 'limited':
      return quota.remaining
    case 'rate-limited':
      return 0
    case 'unlimited':
    case 'not-reported':
    case 'not-found':
    // The login was proven, so it only lacks the quota's repository: a mirror's, or a token that is limited to an organization.
    case 'denied':
      return null
    default:
      return 'unknown'
  }
}

function holdBack(rest: PodChange[], why: HeldBack['why'], outcomes: Map<string, ChangeOutcome>): HeldBack {
  for (const change of rest)
    outcomes.set(change.id, outcomeOf(change, 'skipped', { reason: { code: 'held-back', why } }))
  return { pods: rest.length, why }
}

/** As many pods, in order, as the remaining pulls allow. Pods that need no pull always fit. */
function fitting(pods: PodChange[], left: number | null): PodChange[] {
  if (left === null) return pods
  let spent = 0
  return pods.filter(({ pulls }) => {
    if (pulls > 0 && spent + pulls > left) return false
    spent += pulls
    return true
  })
}

interface Writing {
  outcomes: Map<string, ChangeOutcome>
  context: ApplyContext
  progress: { done: number; total: number }
  successors: Successors
}

async function writeJournaled(change: Change, writing: Writing): Promise<void> {
  const { outcomes, context, progress, successors } = writing
  context.signal?.throwIfAborted()
  const lacking = failedDependency(change, outcomes)
  if (lacking !== undefined) {
    outcomes.set(change.id, skipped(change, lacking))
    return
  }
  // These two kinds of change write their own intent: a bare pod with its spec, an existing Secret with its new keys.
  const later = change.action === 'recreate-bare-pod' || change.action === 'update-secret'
  if (!later) await context.journal.intent(change)
  const outcome = await writeOne(change, context, successors)
  await context.journal.outcome(outcome)
  outcomes.set(change.id, outcome)
  context.onProgress({ phase: 'writing', done: ++progress.done, total: progress.total })
}

function writeOne(change: Change, context: ApplyContext, successors: Successors): Promise<ChangeOutcome> {
  switch (change.action) {
    case 'create-secret':
    case 'update-secret':
      return writeSecret(change, context)
    case 'patch-serviceaccount':
    case 'patch-template':
      return writePatch(change, context)
    default:
      return writePod(change, context, successors)
  }
}

/** Skips changes that name a Secret that can't be created: the name would point to nothing. */
function withoutOrphans(changes: Change[], outcomes: ChangeOutcome[]): ChangeOutcome[] {
  const byId = new Map(outcomes.map(outcome => [outcome.id, outcome]))
  for (const change of changes) {
    const lacking = failedDependency(change, byId)
    if (lacking !== undefined) byId.set(change.id, skipped(change, lacking))
  }
  return changes.flatMap(({ id }) => byId.get(id) ?? [])
}

/** Skips new Secrets that no object can name: they would only spread the login. */
function withoutUnused(changes: Change[], outcomes: ChangeOutcome[]): ChangeOutcome[] {
  const done = new Set(outcomes.filter(isDone).map(({ id }) => id))
  const wanted = new Set(changes.flatMap(({ needs }) => needs))
  const used = new Set(changes.flatMap(({ id, needs }) => (done.has(id) ? needs : [])))
  const unused = new Map(
    changes
      .filter(
        ({ id, action }) => action === 'create-secret' && done.has(id) && wanted.has(id) && !used.has(id),
      )
      .map(change => [change.id, change]),
  )
  return outcomes.map(outcome => {
    const change = unused.get(outcome.id)
    return change ? outcomeOf(change, 'skipped', { reason: { code: 'unused' } }) : outcome
  })
}

/** The id of a change that this one depends on and that was not applied; undefined if none is known to have failed. */
function failedDependency(
  { needs }: Change,
  outcomes: ReadonlyMap<string, ChangeOutcome>,
): string | undefined {
  return needs.find(id => {
    const needed = outcomes.get(id)
    return needed !== undefined && !isDone(needed)
  })
}

function skipped(change: Change, lacking: string): ChangeOutcome {
  return outcomeOf(change, 'skipped', { reason: { code: 'needs', id: lacking } })
}
