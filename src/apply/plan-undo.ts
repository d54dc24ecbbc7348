/** Plans the undo of a run from its journal and the current objects: one step per object. Reads only. */

import { PullSecretContent, RUN_ANNOTATION } from '../dockerconfig/pull-secret-content.ts'
import { isNotFound, rethrowUnlessApiError } from '../kubernetes/api/api-error.ts'
import type { ClusterReader, KubernetesObject } from '../kubernetes/api/cluster.ts'
import { listPath } from '../kubernetes/api/paths.ts'
import { FIELD_MANAGER } from '../kubernetes/api/write.ts'
import { AT_ONCE, bounded } from '../network/bounded.ts'
import type { Change, CreateSecret, Edit, PatchChange, Target, UpdateSecret } from '../plan/change.ts'
import { restoration } from '../plan/patch.ts'
import { isFingerprintOf } from './journal/fingerprint.ts'
import { mayHaveWritten, type Run, type RunEntry } from './journal/run.ts'
import { addDependencies } from './secret-references.ts'
import { kindOfTarget, objectPath, writtenAt } from './server-view.ts'
import type { Leave, LeftReason, UndoEffect, UndoneField, UndoStep } from './undo-step.ts'
import type { WrittenKeys } from './write-object.ts'

/**
 * One step for each object that the run may have written and that is not undone yet: objects that name a Secret first, Secrets last.
 * @param others the other runs of this cluster, which may have written to its Secrets as well
 * @throws ApiError if an object can't be read
 */
export async function planUndo(
  run: Run,
  others: Run[],
  cluster: ClusterReader,
  options: { signal?: AbortSignal } = {},
): Promise<UndoStep[]> {
  const open = run.entries.filter(entry => mayHaveWritten(entry) && !entry.undone).reverse()
  const reader = { cluster, others, listed: new Map(), options }
  await listTargets(open, reader)
  const steps = await bounded(open, AT_ONCE, entry => stepFor(entry, reader))
  return addDependencies(steps, [run, ...others], cluster, options)
}

interface Reader {
  cluster: ClusterReader
  /** The other runs of this cluster. */
  others: Run[]
  /** Objects already read from a list, by path. */
  listed: Map<string, KubernetesObject>
  options: { signal?: AbortSignal }
}

/** At this many targets of one kind and name or more, one list of the whole cluster replaces individual requests. */
const MANY = 8

/**
 * Lists the objects that a fix of many namespaces wrote under one name, such as the service accounts `default`. If a list fails or lacks
 * an object, `read` requests it individually: only a 404 proves that an object is gone.
 */
async function listTargets(entries: RunEntry[], reader: Reader): Promise<void> {
  const targets = entries.map(({ change }) => change.target).filter(({ kind }) => kind !== 'Pod')
  const groups = Map.groupBy(targets, ({ apiVersion, kind, name }) => `${apiVersion} ${kind} ${name}`)
  const large = [...groups.values()].filter(group => group.length >= MANY)
  await bounded(large, AT_ONCE, async group => {
    await listAlike(group, reader).catch(rethrowUnlessApiError)
  })
}

/** Lists objects of one kind and name. @throws ApiError */
async function listAlike(group: Target[], { cluster, listed, options }: Reader): Promise<void> {
  const [first] = group
  if (first === undefined) return
  const wanted = new Set(group.map(objectPath))
  const selected = { ...options, fieldSelector: `metadata.name=${first.name}` }
  await cluster.list(listPath(kindOfTarget(first), null), selected, object => {
    const { namespace } = object.metadata as { namespace: string }
    const path = objectPath({ ...first, namespace })
    if (wanted.has(path)) listed.set(path, object)
  })
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
      return restoreFields(change, entry, await readTarget(change, reader))
    case 'create-secret':
      return deleteSecret(change, entry, await readTarget(change, reader), reader.others)
    case 'update-secret':
      return removeKeys(change, entry, await readTarget(change, reader), reader.others)
    default:
      if (entry.outcome?.status === 'applied') return leave(change, 'pod-recreated')
      return leave(change, whatBecameOf(entry, await readTarget(change, reader)))
  }
}

/**
 * What became of a pod whose deletion is not recorded as done. The journal has a bare pod's manifest before the deletion is sent; a
 * terminating pod counts as deleted.
 */
function whatBecameOf({ change, object }: RunEntry, pod: KubernetesObject | null): LeftReason {
  const { deletionTimestamp } = (pod?.metadata ?? {}) as { deletionTimestamp?: string }
  const isSame = pod !== null && writtenAt(pod).uid === change.target.uid
  const isEnding = isSame && deletionTimestamp !== undefined
  if (object !== null) return pod === null || isEnding ? 'pod-taken-away' : 'never-written'
  if (change.action !== 'recreate-pod' || (isSame && !isEnding)) return 'never-written'
  if (isEnding) return 'pod-recreated'
  return pod === null ? 'gone' : 'replaced'
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

/** What the controller does with the pods when the template changes. */
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

async function readTarget(
  { target }: Change,
  { cluster, listed, options }: Reader,
): Promise<KubernetesObject | null> {
  const path = objectPath(target)
  try {
    return listed.get(path) ?? (await cluster.get(path, options))
  } catch (error) {
    if (isNotFound(error)) return null
    throw error
  }
}

/**
 * The step for a Secret that the run created: something else may rely on the Secret by now.
 * @param object the Secret as it is now; null if it is gone
 * @param others runs that may have renewed its login since
 */
function deleteSecret(
  change: CreateSecret,
  { outcome, run }: RunEntry,
  object: KubernetesObject | null,
  others: Run[],
): UndoStep {
  if (!object) return leave(change, 'gone')
  const { uid = '', resourceVersion = '' } = writtenAt(object)
  const { annotations = {} } = object.metadata as { annotations?: Record<string, string> }
  if (outcome?.uid) {
    if (outcome.uid !== uid) return leave(change, 'replaced')
    const own = [outcome.resourceVersion, ...versionsWritten(uid, others)]
    if (!own.includes(resourceVersion)) return leave(change, 'changed')
  } else if (annotations[RUN_ANNOTATION] !== run) {
    return leave(change, 'never-written')
  } else if (isTouchedByOthers(object, change)) {
    return leave(change, 'changed')
  }
  const target = { ...change.target, uid }
  return { id: change.id, action: 'delete-secret', target, resourceVersion, needs: [] }
}

/** Whether others have written to the Secret of a run that was killed before it recorded the version that it wrote. */
function isTouchedByOthers(object: KubernetesObject, { keys }: CreateSecret): boolean {
  const { managedFields = [] } = object.metadata as { managedFields?: { manager?: string }[] }
  return (
    managedFields.some(({ manager }) => manager !== FIELD_MANAGER) ||
    PullSecretContent.inSecret(object).keys.some(key => !keys.includes(key))
  )
}

/** Resource versions at which pullguard itself wrote the Secret: if the Secret is at one of them, no one else has changed it since. */
function versionsWritten(uid: string, runs: Run[]): (string | null)[] {
  return runs.flatMap(({ entries }) =>
    entries
      .filter(
        ({ change, outcome }) =>
          change.target.kind === 'Secret' && (outcome?.uid ?? change.target.uid) === uid,
      )
      .flatMap(({ outcome, undoneAt }) => [outcome?.resourceVersion ?? null, undoneAt]),
  )
}

/** The step for a Secret that existed before: removes the keys that the run added, if they still contain what it wrote. */
function removeKeys(
  change: UpdateSecret,
  { object: noted }: RunEntry,
  stored: KubernetesObject | null,
  others: Run[],
): UndoStep {
  if (!stored) return leave(change, 'gone')
  const { uid = '', resourceVersion = '' } = writtenAt(stored)
  if (uid !== change.target.uid) return leave(change, 'replaced')
  const { keys: written } = (noted ?? {}) as Partial<WrittenKeys>
  if (written === undefined) return leave(change, 'earlier-content-unknown')
  const content = PullSecretContent.inSecret(stored)
  const held = written.filter(({ key, fingerprint }) => {
    const login = content.loginOf(key)
    return login !== null && isFingerprintOf(login, fingerprint)
  })
  const added = held.filter(one => one.added).map(({ key }) => key)
  if (added.length > 0) {
    const kept = held.filter(one => !one.added).map(({ key }) => key)
    return { id: change.id, action: 'remove-keys', target: change.target, resourceVersion, keys: added, kept }
  }
  if (held.length === 0) return leave(change, 'changed')
  return leave(change, isMadeByOpenRun(uid, others) ? 'goes-with-its-run' : 'earlier-content-unknown')
}

/** Whether another run created the Secret and can still be undone; that undo deletes the Secret. */
function isMadeByOpenRun(uid: string, others: Run[]): boolean {
  return others.some(({ entries }) =>
    entries.some(
      ({ change, outcome, undone }) => change.action === 'create-secret' && outcome?.uid === uid && !undone,
    ),
  )
}

/** The step for an object that is left unchanged. */
function leave({ id, target }: Pick<Leave, 'id' | 'target'>, reason: LeftReason): Leave {
  return { id, action: 'leave', target, reason }
}

/** Whether a Secret that contains a login remains after the step. */
export function keepsLogin(step: UndoStep): boolean {
  if (step.action === 'remove-keys') return step.kept.length > 0
  return (
    step.action === 'leave' &&
    step.target.kind === 'Secret' &&
    ['changed', 'still-named', 'goes-with-its-run', 'earlier-content-unknown'].includes(step.reason)
  )
}
