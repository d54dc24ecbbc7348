/** A pod with failing pulls, joined with its findings and the workload that makes it. */

import type { Finding } from '../diagnosis/finding.ts'
import { coversRepository } from '../dockerconfig/docker-key.ts'
import { parseReference } from '../image/reference.ts'
import type { ScopeWorkload } from '../snapshot/fix-scope.ts'
import type { Pod } from '../snapshot/pod.ts'
import type { Target } from './change.ts'
import type { PlanCredential } from './plan.ts'
import type { PlanInput } from './plan-input.ts'

export interface StuckPod {
  pod: Pod
  findings: Finding[]
  /** Those of `findings` that the available credentials would fix. */
  helped: Finding[]
  /** null for a bare pod, and for a controller that pullguard does not write to. */
  workload: ScopeWorkload | null
}

/** Every pod of the diagnosis that is in scope and not terminating, in the diagnosis's order. */
export function stuckPods(input: PlanInput): StuckPod[] {
  const pods = new Map(input.snapshot.pods.map(pod => [`${pod.namespace}/${pod.name}`, pod]))
  const workloads = new Map(
    input.fixScope.workloads.flatMap(workload => workload.podUids.map(uid => [uid, workload] as const)),
  )
  const live = liveNamespaces(input)
  const stuck = new Map<string, StuckPod>()
  for (const finding of input.diagnosis.findings) {
    const pod = pods.get(`${finding.namespace}/${finding.pod}`)
    if (!pod || pod.terminating || !live.has(pod.namespace)) continue
    const entry = stuck.get(pod.uid) ?? {
      pod,
      findings: [],
      helped: [],
      workload: workloads.get(pod.uid) ?? null,
    }
    entry.findings.push(finding)
    if (isHelped(finding, input.credentials)) entry.helped.push(finding)
    stuck.set(pod.uid, entry)
  }
  return [...stuck.values()]
}

/** The namespaces in scope that are not terminating, so that they can be written to. */
export function liveNamespaces({ fixScope }: PlanInput): ReadonlySet<string> {
  return new Set(fixScope.namespaces.filter(({ terminating }) => !terminating).map(({ name }) => name))
}

/** A credential helps a finding that needs one for that registry, unless the credential's own account is the rate-limited one. */
function isHelped(finding: Finding, credentials: PlanCredential[]): boolean {
  return (
    finding.remedies.includes('authenticate') &&
    credentials.some(credential => serves(credential, finding)) &&
    malformedSecret(finding) === null &&
    limitedAccount(finding, credentials) === null
  )
}

/** A credential serves its whole registry, or where its key names a path, the images at and below that path. */
export function serves({ registry, key }: PlanCredential, { registry: asked, reference }: Finding): boolean {
  return (
    registry === asked && coversRepository(key, registry, parseReference(reference ?? '')?.repository ?? '')
  )
}

/** The name of a malformed pull secret, which makes every pull of the pod fail whatever other credentials it has; null where there is none. */
export function malformedSecret(finding: Finding): string | null {
  return finding.credential.attempts.find(attempt => attempt.problem === 'malformed')?.secret ?? null
}

/** The account whose own rate limit was hit, if the credential at hand is of the same account; else null. */
export function limitedAccount(finding: Finding, credentials: PlanCredential[]): string | null {
  if (finding.cause !== 'rate-limited' || finding.subcause !== 'account') return null
  const own = credentials.find(credential => serves(credential, finding))
  const used = finding.credential.attempts.some(
    attempt => attempt.usable && attempt.username === own?.username,
  )
  return own && used ? own.username : null
}

/** The pod as the target of a change. */
export function podTarget(pod: Pod): Target {
  const { namespace, name, uid } = pod
  return { apiVersion: 'v1', kind: 'Pod', namespace, name, uid }
}
