/** How far a plan reaches: namespaces, or only what was named or selected in them; and which of its changes lie outside. */

import type { RolloutKind } from '../snapshot/rollout.ts'
import type { Change } from './change.ts'

/** A workload, or a pod that no workload is known of. */
export interface PlanSubject {
  kind: RolloutKind
  namespace: string
  name: string
  /** What the user named, where this is the workload above it; left out where the two are one. */
  named?: { kind: string; name: string }[]
}

export interface PlanScope {
  /** null: every namespace. */
  namespaces: string[] | null
  affected: boolean
  excluded: string[]
  /** Only these workloads with their pods, and these pods; left out if none were named. */
  subjects?: PlanSubject[]
  /** Only pods with these labels, and the workloads all of whose pods have them; left out without -l. */
  selector?: string
}

/** Whether the scope is only a part of its namespaces, so that nothing is prepared for the pods beside it. */
export function isNarrowed({ subjects, selector }: PlanScope): boolean {
  return subjects !== undefined || selector !== undefined
}

/** Whether the scope includes the workload, or the pod that no workload is known of. */
export function covers(scope: PlanScope, object: { kind: string; namespace: string; name: string }): boolean {
  const { kind, namespace, name } = object
  return (
    reachesInto(scope, namespace) &&
    (scope.subjects?.some(
      subject => subject.kind === kind && subject.namespace === namespace && subject.name === name,
    ) ??
      true)
  )
}

/** Whether the scope includes the namespace or a part of it. */
export function reachesInto({ namespaces, excluded, subjects }: PlanScope, namespace: string): boolean {
  return (
    (namespaces?.includes(namespace) ?? true) &&
    !excluded.includes(namespace) &&
    (subjects?.some(subject => subject.namespace === namespace) ?? true)
  )
}

/** The first change that writes outside the scope; null where there is none. What labels select and who runs as an account only the cluster can tell. */
export function changeOutside(scope: PlanScope, changes: readonly Change[]): Change | null {
  return changes.find(change => !reaches(scope, change)) ?? null
}

function reaches(scope: PlanScope, change: Change): boolean {
  const { target } = change
  switch (change.action) {
    case 'create-secret':
    case 'update-secret':
    case 'patch-serviceaccount':
      return reachesInto(scope, target.namespace)
    case 'recreate-pod':
      return covers(scope, { ...change.workload, namespace: target.namespace }) || covers(scope, target)
    default:
      return covers(scope, target)
  }
}
