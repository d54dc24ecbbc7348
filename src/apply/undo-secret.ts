/** Undo steps for Secrets that a run created or wrote to: delete, remove keys, or leave because something else relies on the Secret. */

import { PullSecretContent } from '../dockerconfig/pull-secret-content.ts'
import type { ClusterReader, KubernetesObject } from '../kubernetes/api/cluster.ts'
import type { CreateSecret, UpdateSecret } from '../plan/change.ts'
import { isFingerprintOf } from './journal/fingerprint.ts'
import type { Run, RunEntry } from './journal/run.ts'
import { type Naming, namingObjects } from './naming-objects.ts'
import { writtenAt } from './target-object.ts'
import { type DeleteSecret, leave, type UndoStep } from './undo-step.ts'
import { RUN_ANNOTATION, type WrittenKeys } from './write-secret.ts'

/**
 * The step for a Secret that the run created.
 * @param object the Secret as it is now; null if it is gone
 * @param others runs that may have renewed its login since
 */
export function deleteSecret(
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
  }
  const target = { ...change.target, uid }
  return { id: change.id, action: 'delete-secret', target, resourceVersion, needs: [] }
}

/** Resource versions of the Secret that pullguard itself wrote: at one of them, nobody else has changed the Secret. */
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

/** The step for a Secret that existed before: removes the keys that the run added, as long as they hold what it wrote. */
export function takeKeysOut(
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

/** Whether another run created the Secret and can still be undone, which deletes the Secret. */
function isMadeByOpenRun(uid: string, others: Run[]): boolean {
  return others.some(({ entries }) =>
    entries.some(
      ({ change, outcome, undone }) => change.action === 'create-secret' && outcome?.uid === uid && !undone,
    ),
  )
}

/** Makes each deletion wait for the steps that remove the Secret's name, and drops it where anything else names the Secret. */
export async function withNeeds(
  steps: UndoStep[],
  runs: Run[],
  cluster: ClusterReader,
  signal?: AbortSignal,
): Promise<UndoStep[]> {
  const deletions = steps.filter(step => step.action === 'delete-secret')
  const [first] = deletions
  if (first === undefined) return steps
  const namespaces = new Set(deletions.map(({ target }) => target.namespace))
  const search = { cluster, namespaces, secret: first.target.name, ...(signal ? { signal } : {}) }
  const found = await namingObjects(search)
  const ownPods = podsMadeBy(runs)
  const naming = Map.groupBy(
    found.filter(({ uid, namespace, name }) => !ownPods.has(uid) && !ownPods.has(`${namespace}/${name}`)),
    ({ namespace }) => namespace,
  )
  return steps.map(step =>
    step.action === 'delete-secret' ? withNeed(step, steps, naming.get(step.target.namespace) ?? []) : step,
  )
}

function withNeed(step: DeleteSecret, steps: UndoStep[], naming: Naming[]): UndoStep {
  const { namespace, name } = step.target
  const freeing = steps.filter(
    other =>
      other.action === 'restore-fields' &&
      other.target.namespace === namespace &&
      other.fields.some(({ field, from }) => field === 'imagePullSecrets' && from === name),
  )
  const freed = new Set(freeing.map(({ target }) => target.uid))
  const by = naming.filter(({ uid }) => !freed.has(uid)).map(one => ({ kind: one.kind, name: one.name }))
  if (by.length > 0) return { ...leave(step, 'still-named'), by }
  return { ...step, needs: freeing.map(({ id }) => id) }
}

/** Bare pods that a run recreated with the Secret's name, by uid or by `namespace/name`: before the run they could not pull, either. */
function podsMadeBy(runs: Run[]): ReadonlySet<string> {
  const made = runs.flatMap(({ entries }) =>
    entries.flatMap(({ change: { action, target }, outcome }) => {
      if (action !== 'recreate-bare-pod' && action !== 'restore-bare-pod') return []
      // A run that was killed recorded no uid.
      return outcome?.uid ?? `${target.namespace}/${target.name}`
    }),
  )
  return new Set(made)
}
