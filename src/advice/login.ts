/** Steps that bring a pod a login: for whom one helps, and what stands in its way. */

import type { Finding } from '../diagnosis/finding.ts'
import { parseReference } from '../image/reference.ts'
import type { LoginReason, Step } from './step.ts'

/** What brings this container a login: `fix`, where an object of the cluster can; else the node, or another debug container. */
export function loginSteps(
  { registry, remedies, workload, containerKind }: Finding,
  reason: LoginReason,
): Step[] {
  const steps: Step[] = []
  if (remedies.includes('recreate')) steps.push({ code: 'recreate-pods' })
  if (remedies.includes('authenticate') && registry !== null)
    steps.push({ code: 'distribute-login', reason, registry })
  // A static pod: the kubelet made it from a file, and the node stands as its owner.
  if (workload?.kind === 'Node') steps.push({ code: 'kubelet-login' })
  if (containerKind === 'ephemeral') steps.push({ code: 'other-debug-container', reason: 'login' })
  return steps
}

/** The secrets to repair before anything else: a malformed one fails every image of the pod. */
export function malformedSecrets({ credential }: Pick<Finding, 'credential'>): string[] {
  const malformed = credential.attempts.filter(({ problem }) => problem === 'malformed')
  return [...new Set(malformed.map(({ secret }) => secret))]
}

/** The secrets that were sent, or should have been, in the order of trying. */
export function usableSecrets({ credential }: Pick<Finding, 'credential'>): string[] {
  return [...new Set(credential.attempts.filter(({ usable }) => usable).map(({ secret }) => secret))]
}

/** The repository without registry, tag and digest; empty where the name does not parse. */
export function repositoryOf({ reference }: Pick<Finding, 'reference'>): string {
  return (reference === null ? null : parseReference(reference))?.repository ?? ''
}
