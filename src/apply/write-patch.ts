/** Sends JSON patches to service accounts and templates, and plans them again when the object has changed. */

import type { KubernetesObject } from '../kubernetes/api/cluster.ts'
import type { PatchChange } from '../plan/change.ts'
import { isWritten, replanPatch } from '../plan/patch.ts'
import { isUncertain, objectPath, outcomeOf, refusalOf, statusOf, writtenAt } from './answer.ts'
import type { ApplyContext } from './apply-context.ts'
import type { Outcome, OutcomeReason } from './outcome.ts'
import { templateRefusal } from './successor.ts'

/** How often to read and patch again a list that others write to at the same time. */
const TRIES = 5

/**
 * Patches the object. If a test of the patch fails, reads the object again: an entry is appended to the current list (recorded in the
 * journal as a new intent); a field that someone else changed is a conflict.
 */
export async function writePatch(
  change: PatchChange,
  context: ApplyContext,
  dryRun: boolean,
): Promise<Outcome> {
  let current = change
  for (let attempt = 1; ; attempt++) {
    try {
      const written = await context.cluster.jsonPatch(objectPath(change.target), current.patch, { dryRun })
      const refused =
        dryRun && change.action === 'patch-template' ? await templateRefusal(change, written, context) : null
      if (refused) return refused
      return outcomeOf(change, dryRun ? 'accepted' : 'applied', {}, writtenAt(written))
    } catch (error) {
      const next = await afterRefusal(change, current, context, error)
      if ('status' in next) return next
      if (attempt === TRIES) return outcomeOf(change, 'conflict', { reason: { code: 'still-changing' } })
      current = next
      if (!dryRun) await context.journal.intent(current)
    }
  }
}

/** The outcome, or the change planned again for the current object. */
async function afterRefusal(
  change: PatchChange,
  tried: PatchChange,
  context: ApplyContext,
  error: unknown,
): Promise<Outcome | PatchChange> {
  const status = statusOf(error)
  const uncertain = isUncertain(error)
  if (!uncertain && status !== 409 && status !== 422) return refusalOf(change, error, context)
  const object = await context.cluster.get(objectPath(change.target)).catch(() => null)
  if (!object) return refusalOf(change, error, context)
  if (change.edits.every(edit => isWritten(edit, object))) {
    return outcomeOf(change, uncertain ? 'applied' : 'unchanged', {}, writtenAt(object))
  }
  if (uncertain) return refusalOf(change, error, context)
  const replanned = replanPatch(change, object)
  if (!replanned || (context.strict && hasMoved(change, replanned))) {
    return outcomeOf(change, 'conflict', { reason: whatChanged(object, change) })
  }
  // The patch fits the object and was still refused: admission or validation, not a race.
  return same(replanned, tried) ? refusalOf(change, error, context) : replanned
}

function hasMoved(planned: PatchChange, replanned: PatchChange): boolean {
  return JSON.stringify(planned.edits) !== JSON.stringify(replanned.edits)
}

function same(one: PatchChange, other: PatchChange): boolean {
  return JSON.stringify(one.patch) === JSON.stringify(other.patch)
}

function whatChanged(object: KubernetesObject, { target }: PatchChange): OutcomeReason {
  return { code: writtenAt(object).uid === target.uid ? 'changed-meanwhile' : 'replaced' }
}
