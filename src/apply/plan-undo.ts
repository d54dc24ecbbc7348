/** Works out how to take a run back: from its journal and the objects as they are now to one step an object. Reads only. */

import { ApiError } from '../kubernetes/api-error.ts'
import { AT_ONCE, bounded } from '../kubernetes/bounded.ts'
import type { ClusterReader, KubernetesObject } from '../kubernetes/cluster.ts'
import type { Change, Edit, PatchChange, SecretChange } from '../plan/change.ts'
import { pullSecretsAt, valueAt } from '../plan/patch.ts'
import { restoration } from '../plan/restore.ts'
import { collectionPath, objectPath } from './api-path.ts'
import { mayHaveWritten, type Run, type RunEntry } from './read-journal.ts'
import type { DeleteSecret, LeftReason, UndoneField, UndoStep } from './undo-step.ts'
import { RUN_ANNOTATION } from './write-secret.ts'
import { writtenAt } from './written-at.ts'

/** One step for each object that the run may have written and that was not taken back yet: names first, Secrets last. @throws ApiError */
export async function planUndo(run: Run, cluster: ClusterReader, signal?: AbortSignal): Promise<UndoStep[]> {
  const open = run.entries.filter(entry => mayHaveWritten(entry) && !entry.undone).reverse()
  const reader = { cluster, options: signal ? { signal } : {} }
  const steps = await bounded(open, AT_ONCE, entry => stepFor(entry, run.run, reader))
  return bounded(steps, AT_ONCE, step =>
    step.action === 'delete-secret' ? withNeeds(step, steps, reader) : Promise.resolve(step),
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

function deleteSecret(
  change: SecretChange,
  { outcome }: RunEntry,
  run: string,
  object: KubernetesObject | null,
): UndoStep {
  if (!object) return leave(change, 'gone')
  const { uid = '', resourceVersion = '' } = writtenAt(object)
  const { annotations = {} } = object.metadata as { annotations?: Record<string, string> }
  if (outcome?.uid) {
    if (outcome.uid !== uid) return leave(change, 'replaced')
    if (outcome.resourceVersion !== resourceVersion) return leave(change, 'changed')
  } else if (annotations[RUN_ANNOTATION] !== run) {
    return leave(change, 'never-written')
  }
  const target = { ...change.target, uid }
  return { id: change.id, action: 'delete-secret', target, resourceVersion, needs: [] }
}

/** A Secret goes only after its name is taken off, and stays where others name it, too. */
async function withNeeds(step: DeleteSecret, steps: UndoStep[], reader: Reader): Promise<UndoStep> {
  const { namespace, name } = step.target
  const naming = steps.filter(
    other =>
      other.action === 'restore-fields' &&
      other.target.namespace === namespace &&
      other.fields.some(({ field, from }) => field === 'imagePullSecrets' && from === name),
  )
  const freed = new Set(naming.map(({ target }) => target.uid))
  let named = false
  const path = collectionPath({ ...step.target, kind: 'ServiceAccount' })
  await reader.cluster.list(path, { ...reader.options, limit: 500 }, account => {
    const names = pullSecretsAt(account, '/imagePullSecrets')?.some(entry => entry.name === name) ?? false
    if (names && !freed.has(String(valueAt(account, '/metadata/uid')))) named = true
  })
  if (named) return { id: step.id, action: 'leave', target: step.target, reason: 'still-named' }
  return { ...step, needs: naming.map(({ id }) => id) }
}

async function read({ target }: Change, { cluster, options }: Reader): Promise<KubernetesObject | null> {
  try {
    return await cluster.get(objectPath(target), options)
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null
    throw error
  }
}

function leave({ id, target }: Change, reason: LeftReason): UndoStep {
  return { id, action: 'leave', target, reason }
}
