/** Undoes a run: sends every step, as a dry run or for real, records it in the run's own journal, and returns the outcomes. */

import { DATA_KEY, PullSecretContent } from '../dockerconfig/pull-secret-content.ts'
import type { KubernetesObject } from '../kubernetes/api/cluster.ts'
import type { ClusterWriter } from '../kubernetes/api/writer.ts'
import { AT_ONCE, bounded } from '../network/bounded.ts'
import type { PatchOperation } from '../plan/change.ts'
import { pullSecretsAt, valueAt } from '../plan/patch.ts'
import { redact } from '../secrecy/redact.ts'
import type { ApplyPhase } from './apply-context.ts'
import type { JournalLine } from './journal/journal-line.ts'
import type { OutcomeStatus } from './outcome.ts'
import { isUncertain, objectPath, statusOf, statusOfRefusal, writtenAt } from './server-view.ts'
import type { RemoveKeys, UndoOutcome, UndoStep } from './undo-step.ts'

export interface UndoContext {
  cluster: ClusterWriter
  /** Whether the server only tries the steps and stores nothing. */
  dryRun: boolean
  /** The journal of the run that is undone. */
  journal: { append(line: JournalLine): Promise<void> }
  onProgress(progress: ApplyPhase): void
  signal?: AbortSignal
}

/** Sends the steps, by stage. One outcome per step, in order. */
export async function applyUndo(steps: UndoStep[], context: UndoContext): Promise<UndoOutcome[]> {
  const outcomes = new Map<string, UndoOutcome>()
  const phase = context.dryRun ? 'checking' : 'writing'
  const take = async (step: UndoStep) => {
    context.signal?.throwIfAborted()
    outcomes.set(step.id, await outcomeFor(step, outcomes, context))
    context.onProgress({ phase, done: outcomes.size, total: steps.length })
  }
  const stages = Map.groupBy(steps, stageOf)
  for (const stage of [0, 1, 2] as const) await bounded(stages.get(stage) ?? [], AT_ONCE, take)
  return steps.flatMap(({ id }) => outcomes.get(id) ?? [])
}

/**
 * Service accounts first, so that the pods of a rollout that an undone template causes no longer get the Secret; then templates; Secrets
 * last, when nothing names them anymore.
 */
function stageOf({ action, target }: UndoStep): 0 | 1 | 2 {
  if (action === 'delete-secret' || action === 'remove-keys') return 2
  return target.kind === 'ServiceAccount' ? 0 : 1
}

async function outcomeFor(
  step: UndoStep,
  outcomes: ReadonlyMap<string, UndoOutcome>,
  context: UndoContext,
): Promise<UndoOutcome> {
  if (step.action === 'leave') return { ...undoOutcomeOf(step, 'left'), reason: step.reason }
  const lacking = step.action === 'delete-secret' && step.needs.find(id => !isReverted(outcomes.get(id)))
  if (lacking) return undoOutcomeOf(step, 'skipped')
  if (!context.dryRun) await context.journal.append({ type: 'undo-intent', id: step.id })
  const { outcome, resourceVersion } = await writeStep(step, context)
  if (outcome.status === 'applied') {
    await context.journal.append({ type: 'undone', id: step.id, ...(resourceVersion && { resourceVersion }) })
  }
  return outcome
}

function isReverted(outcome: UndoOutcome | undefined): boolean {
  return outcome?.status === 'applied' || outcome?.status === 'accepted'
}

type Writing = Exclude<UndoStep, { action: 'leave' }>

interface WriteResult {
  outcome: UndoOutcome
  /** The object's version after the write; absent for a deletion. */
  resourceVersion?: string
}

async function writeStep(step: Writing, context: UndoContext): Promise<WriteResult> {
  const { cluster, dryRun } = context
  const path = objectPath(step.target)
  try {
    let left: KubernetesObject = {}
    if (step.action === 'restore-fields') left = await cluster.jsonPatch(path, step.patch, { dryRun })
    else if (step.action === 'remove-keys') left = await removeKeys(step, context)
    else {
      const { resourceVersion, target } = step
      await cluster.delete(path, target.uid ?? '', { dryRun, resourceVersion })
    }
    return { outcome: undoOutcomeOf(step, dryRun ? 'accepted' : 'applied'), ...writtenAt(left) }
  } catch (error) {
    return { outcome: await outcomeAfterError(step, context, error) }
  }
}

/**
 * Removes keys from exactly this version of the Secret, so that keys added by others are not lost. The content goes from the read to the
 * patch and nowhere else.
 */
async function removeKeys(
  { target, keys, resourceVersion }: RemoveKeys,
  { cluster, dryRun }: UndoContext,
): Promise<KubernetesObject> {
  const stored = await cluster.get(objectPath(target))
  const before = PullSecretContent.inSecret(stored)
  // The patch contains the remaining logins, and a refusal may quote it.
  cluster.redactWith(text => before.withoutLogins(text))
  const patch: PatchOperation[] = [
    { op: 'test', path: '/metadata/uid', value: target.uid },
    { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
    { op: 'replace', path: `/data/${DATA_KEY}`, value: before.without(keys).revealData() },
  ]
  return cluster.jsonPatch(objectPath(target), patch, { dryRun })
}

/** After a refusal or a lost answer, reads the object to find out whether the step took effect. */
async function outcomeAfterError(
  step: Writing,
  { cluster, dryRun }: UndoContext,
  error: unknown,
): Promise<UndoOutcome> {
  const status = statusOf(error)
  const refused = undoOutcomeOf(step, statusOfRefusal(status), redact(String((error as Error).message)))
  if (!isUncertain(error) && ![404, 409, 422].includes(status)) return refused
  try {
    const object = await cluster.get(objectPath(step.target))
    if (writtenAt(object).uid !== step.target.uid)
      return { ...undoOutcomeOf(step, 'left'), reason: 'replaced' }
    if (status === 422 && !testsHold(step, object)) {
      return undoOutcomeOf(step, 'conflict')
    }
    if (isUncertain(error) && !dryRun && isRestored(step, object)) return undoOutcomeOf(step, 'applied')
    return refused
  } catch (readError) {
    if (statusOf(readError) !== 404) return refused
    if (step.action === 'delete-secret') return undoOutcomeOf(step, dryRun ? 'accepted' : 'applied')
    return { ...undoOutcomeOf(step, 'left'), reason: 'gone' }
  }
}

function testsHold(step: Writing, object: unknown): boolean {
  if (step.action === 'remove-keys')
    return valueAt(object, '/metadata/resourceVersion') === step.resourceVersion
  if (step.action === 'delete-secret') return true
  return step.patch
    .filter(({ op }) => op === 'test')
    .every(({ path, value }) => JSON.stringify(valueAt(object, path)) === JSON.stringify(value))
}

/** Whether the object already contains what the patch would have written. */
function isRestored(step: Writing, object: KubernetesObject): boolean {
  if (step.action === 'delete-secret') return false
  if (step.action === 'remove-keys')
    return step.keys.every(key => PullSecretContent.inSecret(object).loginOf(key) === null)
  const entries = step.fields.filter(({ field }) => field === 'imagePullSecrets').map(({ from }) => from)
  return step.patch.every(({ op, path, value }) => {
    if (op === 'replace') return valueAt(object, path) === value
    if (op !== 'test' || !Array.isArray(value)) return true
    return !pullSecretsAt(object, path)?.some(({ name = '' }) => entries.includes(name))
  })
}

function undoOutcomeOf(
  step: UndoStep,
  status: OutcomeStatus | 'left',
  detail: string | null = null,
): UndoOutcome {
  const { id, action, target } = step
  return { id, action, target, status, reason: null, detail }
}
