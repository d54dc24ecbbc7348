/** What becomes of a Secret that a run made or wrote to: it goes, loses its keys, or stays because somebody else relies on it. */

import { PullSecretContent } from '../dockerconfig/pull-secret-content.ts'
import type { ClusterReader, KubernetesObject } from '../kubernetes/api/cluster.ts'
import type { CreateSecret, UpdateSecret } from '../plan/change.ts'
import { isFingerprintOf } from './journal/fingerprint.ts'
import type { Run, RunEntry } from './journal/run.ts'
import { type Naming, namingObjects } from './naming-objects.ts'
import { writtenAt } from './target-object.ts'
import { type DeleteSecret, leave, type UndoStep } from './undo-step.ts'
import { RUN_ANNOTATION, type WrittenKeys } from './write-secret.ts'

/** The step for a Secret that the run made, as it is now. @param others runs that may have renewed its login since */
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

/** Versions of the Secret that pullguard left behind: what is like one of them nobody else has touched. */
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

/** The step for a Secret that was there before: keys that the run added go, as long as they hold what it wrote. */
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

/** A run that can be undone itself, and takes the whole Secret with it then. */
function isMadeByOpenRun(uid: string, others: Run[]): boolean {
  return others.some(({ entries }) =>
    entries.some(
      ({ change, outcome, undone }) => change.action === 'create-secret' && outcome?.uid === uid && !undone,
    ),
  )
}

/** A Secret goes only after its name is taken off, and stays where anything else names it. */
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

/** By uid, or by name: bare pods that a run made again with the Secret's name in them: before it they named nothing that could pull, either. */
function podsMadeBy(runs: Run[]): ReadonlySet<string> {
  const made = runs.flatMap(({ entries }) =>
    entries.flatMap(({ change: { action, target }, outcome }) => {
      if (action !== 'recreate-bare-pod' && action !== 'restore-bare-pod') return []
      // A run that was killed did not come to note which pod it got.
      return outcome?.uid ?? `${target.namespace}/${target.name}`
    }),
  )
  return new Set(made)
}
