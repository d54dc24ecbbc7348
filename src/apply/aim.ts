/** What the plan aims at: the workloads whose pods are to come back, each once. */

import type { Change } from '../plan/change.ts'
import type { RolloutKind, RolloutSubject } from '../snapshot/rollout.ts'

export interface Aim {
  /** What is asked whether they are back. */
  subject: RolloutSubject
  /** The changes that make the pods come back, and how many pods each brings. */
  changes: { id: string; pods: number }[]
  /** Its template is written, so that the pods come only with a rollout. */
  patched: boolean
}

/** Groups pod changes and rollouts by what they aim at. */
export function aimsOf(changes: Change[]): Aim[] {
  const aims = new Map<string, Aim>()
  for (const change of changes) {
    const aim = aimOf(change)
    if (!aim) continue
    const { namespace, kind, name } = aim.subject
    const key = `${namespace}/${kind}/${name}`
    const known = aims.get(key)
    known?.changes.push(...aim.changes)
    if (known) known.patched ||= aim.patched
    else aims.set(key, aim)
  }
  return [...aims.values()]
}

function aimOf(change: Change): Aim | null {
  const { id, target } = change
  const { namespace, name, uid } = target
  switch (change.action) {
    case 'recreate-pod':
      return { subject: { ...subjectOf(change), namespace }, changes: [{ id, pods: 1 }], patched: false }
    case 'patch-template': {
      if (!change.rollsOut || change.pods.length === 0) return null
      const subject = { kind: target.kind as RolloutKind, namespace, name, uid }
      return { subject, changes: [{ id, pods: change.pods.length }], patched: true }
    }
    case 'recreate-bare-pod':
    case 'restore-bare-pod': {
      const subject = { kind: 'Pod' as const, namespace, name, uid: null }
      return { subject, changes: [{ id, pods: 1 }], patched: false }
    }
    default:
      return null
  }
}

/** A CronJob's pods come back with the Job that has them; all others with the topmost controller. */
function subjectOf({
  controller,
  workload,
}: Extract<Change, { action: 'recreate-pod' }>): Pick<RolloutSubject, 'kind' | 'name' | 'uid'> {
  const { kind, name, uid } = workload.kind === 'CronJob' ? controller : workload
  return { kind: kind as RolloutKind, name, uid }
}
