/** Works out how to take a run back: from its journal and the objects as they are now to one step an object. Reads only. */

import { ApiError } from '../kubernetes/api/api-error.ts'
import type { ClusterReader, KubernetesObject } from '../kubernetes/api/cluster.ts'
import { AT_ONCE, bounded } from '../network/bounded.ts'
import type { Change, Edit, PatchChange } from '../plan/change.ts'
import { restoration } from '../plan/patch.ts'
import { mayHaveWritten, type Run, type RunEntry } from './journal/run.ts'
import { objectPath, writtenAt } from './target-object.ts'
import { deleteSecret, takeKeysOut, withNeeds } from './undo-secret.ts'
import { leave, type UndoEffect, type UndoneField, type UndoStep } from './undo-step.ts'

/**
 * One step for each object that the run may have written and that was not undone yet: names first, Secrets last.
 * @param others the other runs of this cluster, which may have written to its Secrets as well
 * @throws ApiError
 */
export async function planUndo(
  run: Run,
  others: Run[],
  cluster: ClusterReader,
  signal?: AbortSignal,
): Promise<UndoStep[]> {
  const open = run.entries.filter(entry => mayHaveWritten(entry) && !entry.undone).reverse()
  const reader = { cluster, others, options: signal ? { signal } : {} }
  const steps = await bounded(open, AT_ONCE, entry => stepFor(entry, reader))
  return withNeeds(steps, [run, ...others], cluster, signal)
}

interface Reader {
  cluster: ClusterReader
  /** The other runs of this cluster. */
  others: Run[]
  options: { signal?: AbortSignal }
}

async function stepFor(entry: RunEntry, reader: Reader): Promise<UndoStep> {
  const step = await planUndoStep(entry, reader)
  const settled = step.action === 'leave' && (step.reason === 'changed' || step.reason === 'gone')
  return entry.undoing && settled ? { ...step, reason: 'taken-back' } : step
}

async function planUndoStep(entry: RunEntry, reader: Reader): Promise<UndoStep> {
  const { change } = entry
  switch (change.action) {
    case 'patch-serviceaccount':
    case 'patch-template':
      return restoreFields(change, entry, await read(change, reader))
    case 'create-secret':
      return deleteSecret(change, entry, await read(change, reader), reader.others)
    case 'update-secret':
      return takeKeysOut(change, entry, await read(change, reader), reader.others)
    default:
      if (entry.outcome?.status === 'applied') return leave(change, 'pod-recreated')
      return leave(change, (await isTakenAway(entry, reader)) ? 'pod-taken-away' : 'never-written')
  }
}

/** The journal holds a bare pod's spec from before its deletion on; while that pod ends it is as good as gone. */
async function isTakenAway({ change, object }: RunEntry, reader: Reader): Promise<boolean> {
  if (object === null) return false
  const pod = await read(change, reader)
  const { deletionTimestamp } = (pod?.metadata ?? {}) as { deletionTimestamp?: string }
  return pod === null || (deletionTimestamp !== undefined && writtenAt(pod).uid === change.target.uid)
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
    effect: change.action === 'patch-template' ? effectOf(target.kind, object) : null,
  }
}

/** What the controller makes of a template that changes. */
function effectOf(kind: string, { spec }: KubernetesObject): UndoEffect {
  const { strategy, updateStrategy } = spec as Record<
    'strategy' | 'updateStrategy',
    { type?: string } | undefined
  >
  if (kind === 'Deployment') return strategy?.type === 'Recreate' ? 'recreate' : 'rollout'
  const rolls = (kind === 'StatefulSet' || kind === 'DaemonSet') && updateStrategy?.type !== 'OnDelete'
  return rolls ? 'rollout' : 'new-pods'
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
