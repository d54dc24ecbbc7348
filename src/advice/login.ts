/** Steps that bring a pod a login: for whom one helps, and what stands in its way. */

import type { CredentialHint } from '../diagnosis/credential-hint.ts'
import type { Finding } from '../diagnosis/finding.ts'
import { parseReference } from '../image/reference.ts'
import type { LoginReason, Step, UsableHint } from './step.ts'

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

/** A secret that holds a fitting login already: naming or copying it is less than a new one. */
export function knownSecretSteps({ credential, namespace, remedies }: Finding): Step[] {
  const found = (credential.hints ?? []).find(isUsable)
  return found === undefined || !remedies.includes('authenticate')
    ? []
    : [{ code: 'use-known-secret', hint: found, namespace }]
}

function isUsable(hint: CredentialHint): hint is UsableHint {
  return hint.code === 'not-named' || hint.code === 'on-service-account' || hint.code === 'in-namespace'
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
