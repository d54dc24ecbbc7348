/** What the plan aims at: the workloads whose pods are to come back, each once. */

import type { KubernetesObject } from '../kubernetes/api/cluster.ts'
import type { Change } from '../plan/change.ts'

export interface Aim {
  namespace: string
  workload: { kind: string; name: string }
  /** Narrows the pods that are listed; null: all of the namespace. */
  selector: string | null
  /** Direct controller of the pods; null where a rollout makes a new one, and for a bare pod. */
  controllerUid: string | null
  /** For a bare pod: its name. */
  pod: string | null
  /** The changes that make the pods come back, and how many pods each brings. */
  changes: { id: string; pods: number }[]
}

/** Groups pod changes and rollouts by what they aim at. */
export function aimsOf(changes: Change[]): Aim[] {
  const aims = new Map<string, Aim>()
  for (const change of changes) {
    const aim = aimOf(change)
    if (!aim) continue
    const key = `${aim.namespace}/${aim.workload.kind}/${aim.workload.name}/${aim.controllerUid}`
    const known = aims.get(key)
    if (known) known.changes.push(...aim.changes)
    else aims.set(key, aim)
  }
  return [...aims.values()]
}

function aimOf(change: Change): Aim | null {
  const { namespace, name, kind } = change.target
  switch (change.action) {
    case 'recreate-pod': {
      const { workload, selector, controller, id } = change
      const changes = [{ id, pods: 1 }]
      return { namespace, workload, selector, controllerUid: controller.uid, pod: null, changes }
    }
    case 'patch-template': {
      if (!change.rollsOut || change.pods.length === 0) return null
      const changes = [{ id: change.id, pods: change.pods.length }]
      const workload = { kind, name }
      return { namespace, workload, selector: change.selector, controllerUid: null, pod: null, changes }
    }
    case 'recreate-bare-pod':
    case 'restore-bare-pod': {
      const changes = [{ id: change.id, pods: 1 }]
      return { namespace, workload: { kind, name }, selector: null, controllerUid: null, pod: name, changes }
    }
    default:
      return null
  }
}

/** Whether the pod is one of those that the aim is about. */
export function belongsTo(pod: KubernetesObject, { controllerUid, pod: name }: Aim): boolean {
  const metadata = pod.metadata as {
    name: string
    ownerReferences?: { controller?: boolean; uid: string }[]
  }
  if (name !== null) return metadata.name === name
  if (controllerUid === null) return true
  return (
    metadata.ownerReferences?.some(owner => owner.controller === true && owner.uid === controllerUid) ?? false
  )
}
