/** Works out how to take a run back: from its journal and the objects as they are now to one step an object. Reads only. */

import { ApiError } from '../kubernetes/api/api-error.ts'
import type { ClusterReader, KubernetesObject } from '../kubernetes/api/cluster.ts'
import { AT_ONCE, bounded } from '../network/bounded.ts'
import type { Change, Edit, PatchChange } from '../plan/change.ts'
import { restoration } from '../plan/restore.ts'
import { objectPath } from './api-path.ts'
import { mayHaveWritten, type Run, type RunEntry } from './read-journal.ts'
import { deleteSecret, withNeeds } from './undo-secret.ts'
import { leave, type UndoneField, type UndoStep } from './undo-step.ts'
import { writtenAt } from './written-at.ts'

/**
 * One step for each object that the run may have written and that was not taken back yet: names first, Secrets last.
 * @param others the other runs of this cluster: what they put its Secrets' names on may need them still
 * @throws ApiError
 */
export async function planUndo(
  run: Run,
  others: Run[],
  cluster: ClusterReader,
  signal?: AbortSignal,
): Promise<UndoStep[]> {
  const open = run.entries.filter(entry => mayHaveWritten(entry) && !entry.undone).reverse()
  const reader = { cluster, options: signal ? { signal } : {} }
  const steps = await bounded(open, AT_ONCE, entry => stepFor(entry, run.run, reader))
  return bounded(steps, AT_ONCE, step =>
    step.action === 'delete-secret'
      ? withNeeds(step, steps, others, cluster, reader.options)
      : Promise.resolve(step),
  )
}

interface Reader {
  cluster: ClusterReader
  options: { signal?: AbortSignal }
}

async function stepFor(entry: RunEntry, run: string, reader: Reader): Promise<UndoStep> {
  const step = await untold(entry, run, reader)
  const settled = step.action === 'leave' && (step.reason === 'changed' || step.reason === 'gone')
  return entry.undoing && settled ? { ...step, reason: 'taken-back' } : step
}

async function untold(entry: RunEntry, run: string, reader: Reader): Promise<UndoStep> {
  const { change } = entry
  switch (change.action) {
    case 'patch-serviceaccount':
    case 'patch-template':
      return restoreFields(change, entry, await read(change, reader))
    case 'create-secret':
      return deleteSecret(change, entry, run, await read(change, reader))
    case 'update-secret':
      return leave(change, 'earlier-content-unknown')
    default:
      if (entry.outcome?.status === 'applied') return leave(change, 'pod-recreated')
      return leave(change, (await isTakenAway(entry, reader)) ? 'pod-taken-away' : 'never-written')
  }
}

/** The journal holds a bare pod's spec from before its deletion on. */
async function isTakenAway({ change, object }: RunEntry, reader: Reader): Promise<boolean> {
  return object !== null && (await read(change, reader)) === null
}

function restoreFields(
  change: PatchChange,
  { outcome }: RunEntry,
  object: KubernetesObject | null,
): UndoStep {
  if (!object) return leave(change, 'gone')
  if (writtenAt(object).uid !== change.target.uid) return leave(change, 'replaced')
  const { held, changed, patch } = restoration(change, object)
  if (held.length === 0) return leave(change, outcome?.status === 'applied' ? 'changed' : 'never-written')
  const { id, target } = change
  return {
    id,
    action: 'restore-fields',
    target,
    fields: held.map(undoneField),
    changed: changed.map(undoneField),
    patch,
  }
}

function undoneField(edit: Edit): UndoneField {
  return edit.field === 'imagePullSecrets'
    ? { field: edit.field, container: null, from: edit.entry, to: null }
    : { field: edit.field, container: edit.container, from: edit.after, to: edit.before }
}

async function read({ target }: Change, { cluster, options }: Reader): Promise<KubernetesObject | null> {
  try {
    return await cluster.get(objectPath(target), options)
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null
    throw error
  }
}
