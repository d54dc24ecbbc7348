/** Whether a Secret that a run made may go: it is as it was written, and nothing names it any more. */

import type { ClusterReader, KubernetesObject } from '../kubernetes/api/cluster.ts'
import type { SecretChange, Target } from '../plan/change.ts'
import { pullSecretsAt, valueAt } from '../plan/patch.ts'
import { collectionPath } from './api-path.ts'
import type { Run, RunEntry } from './read-journal.ts'
import { type DeleteSecret, leave, type UndoStep } from './undo-step.ts'
import { RUN_ANNOTATION } from './write-secret.ts'
import { writtenAt } from './written-at.ts'

/** The step for a Secret as it is now. */
export function deleteSecret(
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
export async function withNeeds(
  step: DeleteSecret,
  steps: UndoStep[],
  others: Run[],
  cluster: ClusterReader,
  options: { signal?: AbortSignal },
): Promise<UndoStep> {
  const { namespace, name } = step.target
  const naming = steps.filter(
    other =>
      other.action === 'restore-fields' &&
      other.target.namespace === namespace &&
      other.fields.some(({ field, from }) => field === 'imagePullSecrets' && from === name),
  )
  const freed = new Set(naming.map(({ target }) => target.uid))
  let named = others.some(other => other.entries.some(entry => hasNamed(entry, step.target)))
  const path = collectionPath({ ...step.target, kind: 'ServiceAccount' })
  await cluster.list(path, { ...options, limit: 500 }, account => {
    const names = pullSecretsAt(account, '/imagePullSecrets')?.some(entry => entry.name === name) ?? false
    if (names && !freed.has(String(valueAt(account, '/metadata/uid')))) named = true
  })
  if (named) return { id: step.id, action: 'leave', target: step.target, reason: 'still-named' }
  return { ...step, needs: naming.map(({ id }) => id) }
}

/** A template that another run wrote, and that was not taken back. */
function hasNamed({ change, outcome, undone }: RunEntry, { namespace, name }: Target): boolean {
  return (
    change.action === 'patch-template' &&
    change.target.namespace === namespace &&
    outcome?.status === 'applied' &&
    !undone &&
    change.edits.some(edit => edit.field === 'imagePullSecrets' && edit.entry === name)
  )
}
