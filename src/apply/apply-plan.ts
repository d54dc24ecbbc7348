/** Applies a plan: dry-runs every change, writes them in order, recreates only as many pods as pulls allow, and waits for them. */

import { AT_ONCE, bounded } from '../network/bounded.ts'
import { type Change, type PodChange, STAGES } from '../plan/change.ts'
import { type Plan, pullsSpentBy } from '../plan/plan.ts'
import type { ApplyContext } from './apply-context.ts'
import type { ChangeOutcome, FixResult } from './outcome.ts'
import { Recoveries } from './recoveries.ts'
import { recreateInBatches } from './recreate-in-batches.ts'
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
  const isUnderWay = ({ id, action }: Change) =>
    action === 'patch-template' && outcomes.get(id)?.status === 'applied'
  return pullsSpentBy(changes.filter(isUnderWay))
}

function isPodChange(change: Change): change is PodChange {
  return change.target.kind === 'Pod'
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
