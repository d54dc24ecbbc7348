/** Which workloads, or pods of their own, the changes of a plan bring pods back to. */

import type { Change } from '../plan/change.ts'
import type { RolloutKind, RolloutSubject } from '../snapshot/rollout.ts'

export interface RecoveryTarget {
  /** The workload to watch, or the pod itself if it has no controller. */
  subject: RolloutSubject
  /** Ids of the changes that bring the pods back, and how many pods each brings. */
  changes: { id: string; pods: number }[]
  /** Its template is patched, so the pods come back only with a rollout. */
  patched: boolean
}

/** Groups the changes that bring pods back by the workload that makes those pods; each workload once, in the plan's order. */
export function recoveryTargets(changes: Change[]): RecoveryTarget[] {
  const targets = new Map<string, RecoveryTarget>()
  for (const change of changes) {
    const found = recoveryTargetOf(change)
    if (!found) continue
    const { namespace, kind, name } = found.subject
    const key = `${namespace}/${kind}/${name}`
    const known = targets.get(key)
    known?.changes.push(...found.changes)
    if (known) known.patched ||= found.patched
    else targets.set(key, found)
  }
  return [...targets.values()]
}

function recoveryTargetOf(change: Change): RecoveryTarget | null {
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

/** A CronJob's pods come back with their Job, all others with the topmost controller. */
function subjectOf({
  controller,
  workload,
}: Extract<Change, { action: 'recreate-pod' }>): Pick<RolloutSubject, 'kind' | 'name' | 'uid'> {
  const { kind, name, uid } = workload.kind === 'CronJob' ? controller : workload
  return { kind: kind as RolloutKind, name, uid }
}
