/** Takes a run back: every step tried on the server or written, noted in the run's own journal, and told as it came out. */

import type { ClusterWriter } from '../kubernetes/api/writer.ts'
import { AT_ONCE, bounded } from '../network/bounded.ts'
import { pullSecretsAt, valueAt } from '../plan/patch.ts'
import { objectPath } from './api-path.ts'
import type { Progress } from './apply-context.ts'
import type { JournalLine } from './journal.ts'
import type { OutcomeStatus } from './outcome.ts'
import { isUncertain, statusOf, statusOfRefusal } from './refusal.ts'
import type { DeleteSecret, RestoreFields, UndoOutcome, UndoStep } from './undo-step.ts'
import { writtenAt } from './written-at.ts'

export interface UndoContext {
  cluster: ClusterWriter
  /** The journal of the run that is taken back. */
  journal: { append(line: JournalLine): Promise<void> }
  /** Takes secrets out of a text that comes from outside. */
  redact(text: string): string
  onProgress(progress: Progress): void
  signal?: AbortSignal
}

/** Carries the steps out, or with `dryRun` asks the server about them without storing any. One outcome a step, in order. */
export async function applyUndo(
  steps: UndoStep[],
  context: UndoContext,
  dryRun: boolean,
): Promise<UndoOutcome[]> {
  const outcomes = new Map<string, UndoOutcome>()
  const phase = dryRun ? 'checking' : 'writing'
  const carryOut = async (step: UndoStep) => {
    context.signal?.throwIfAborted()
    outcomes.set(step.id, await outcomeFor(step, outcomes, context, dryRun))
    context.onProgress({ phase, done: outcomes.size, total: steps.length })
  }
  await bounded(
    steps.filter(({ action }) => action !== 'delete-secret'),
    AT_ONCE,
    carryOut,
  )
  await bounded(
    steps.filter(({ action }) => action === 'delete-secret'),
    AT_ONCE,
    carryOut,
  )
  return steps.flatMap(({ id }) => outcomes.get(id) ?? [])
}

async function outcomeFor(
  step: UndoStep,
  outcomes: ReadonlyMap<string, UndoOutcome>,
  context: UndoContext,
  dryRun: boolean,
): Promise<UndoOutcome> {
  if (step.action === 'leave') return { ...said(step, 'left'), reason: step.reason }
  const lacking = step.action === 'delete-secret' && step.needs.find(id => !isTakenOff(outcomes.get(id)))
  if (lacking) return said(step, 'skipped', `it needs ${lacking}, which was not done`)
  if (!dryRun) await context.journal.append({ type: 'undo-intent', id: step.id })
  const outcome = await write(step, context, dryRun)
  if (outcome.status === 'applied') await context.journal.append({ type: 'undone', id: step.id })
  return outcome
}

function isTakenOff(outcome: UndoOutcome | undefined): boolean {
  return outcome?.status === 'applied' || outcome?.status === 'accepted'
}

async function write(
  step: RestoreFields | DeleteSecret,
  context: UndoContext,
  dryRun: boolean,
): Promise<UndoOutcome> {
  const { cluster } = context
  const path = objectPath(step.target)
  try {
    if (step.action === 'restore-fields') await cluster.jsonPatch(path, step.patch, { dryRun })
    else {
      const { resourceVersion, target } = step
      await cluster.delete(path, target.uid ?? '', { dryRun, resourceVersion })
    }
    return said(step, dryRun ? 'accepted' : 'applied')
  } catch (error) {
    return settle(step, context, error, dryRun)
  }
}

/** After a refusal or a lost answer the object itself tells whether it went back all the same. */
async function settle(
  step: RestoreFields | DeleteSecret,
  context: UndoContext,
  error: unknown,
  dryRun: boolean,
): Promise<UndoOutcome> {
  const status = statusOf(error)
  const refused = said(step, statusOfRefusal(status), context.redact(String((error as Error).message)))
  if (!isUncertain(error) && ![404, 409, 422].includes(status)) return refused
  try {
    const object = await context.cluster.get(objectPath(step.target))
    if (writtenAt(object).uid !== step.target.uid) return { ...said(step, 'left'), reason: 'replaced' }
    if (status === 422 && !testsHold(step, object)) {
      return said(step, 'conflict', 'somebody else changed it meanwhile')
    }
    if (isUncertain(error) && !dryRun && isRestored(step, object)) return said(step, 'applied')
    return refused
  } catch (readError) {
    if (statusOf(readError) !== 404) return refused
    if (step.action === 'delete-secret') return said(step, dryRun ? 'accepted' : 'applied')
    return { ...said(step, 'left'), reason: 'gone' }
  }
}

function testsHold(step: RestoreFields | DeleteSecret, object: unknown): boolean {
  if (step.action === 'delete-secret') return true
  return step.patch
    .filter(({ op }) => op === 'test')
    .every(({ path, value }) => JSON.stringify(valueAt(object, path)) === JSON.stringify(value))
}

/** Whether the object is as the patch would have left it, as far as the patch goes. */
function isRestored(step: RestoreFields | DeleteSecret, object: unknown): boolean {
  if (step.action === 'delete-secret') return false
  const entries = step.fields.filter(({ field }) => field === 'imagePullSecrets').map(({ from }) => from)
  return step.patch.every(({ op, path, value }) => {
    if (op === 'replace') return valueAt(object, path) === value
    if (op !== 'test' || !Array.isArray(value)) return true
    return !pullSecretsAt(object, path)?.some(({ name = '' }) => entries.includes(name))
  })
}

function said(step: UndoStep, status: OutcomeStatus | 'left', detail: string | null = null): UndoOutcome {
  const { id, action, target } = step
  return { id, action, target, status, reason: null, detail }
}
