/** Adds to findings of Docker Hub's rate limit what is left of it. */

import { isDockerHub } from '../image/docker-hub.ts'
import type { HubQuota, LimitAnswer, QuotaAnswer } from '../snapshot/hub-quota.ts'
import { usableAttempts } from './credential/pod-credential.ts'
import type { Diagnosis, Finding } from './finding.ts'
import { isRemoteMirror } from './text/endpoint.ts'

/** Whether the pull hit a limit that Docker Hub reports: not a mirror's own limit, and not the abuse limit on requests of any kind. */
export function meetsHubLimit({ cause, subcause, registry, endpoint }: Finding): boolean {
  return (
    cause === 'rate-limited' &&
    subcause !== 'abuse' &&
    isDockerHub(registry ?? '') &&
    !isRemoteMirror(endpoint)
  )
}

/** Adds what is left to each finding that hit the limit. @param quotas the anonymous one first */
export function withLimits(diagnosis: Diagnosis, quotas: readonly HubQuota[]): Diagnosis {
  return { ...diagnosis, findings: diagnosis.findings.map(finding => withLimit(finding, quotas)) }
}

/** Adds what is left if the finding hit the limit. @param quotas the anonymous one first */
export function withLimit(finding: Finding, quotas: readonly HubQuota[]): Finding {
  if (!meetsHubLimit(finding)) return finding
  const asAccount = finding.subcause === 'account'
  const own = asAccount ? quotas.find(quota => isOf(quota, finding)) : quotas[0]
  const limit = own === undefined ? null : limitAnswerOf(own.answer)
  return limit === null ? finding : { ...finding, quota: { of: asAccount ? 'account' : 'address', ...limit } }
}

/** Whether the quota belongs to the login that the kubelet tries first. */
function isOf({ identity: { origins } }: HubQuota, { namespace, credential }: Finding): boolean {
  const [first] = usableAttempts(credential)
  return first !== undefined && origins.includes(`secret ${namespace}/${first.secret}`)
}

function limitAnswerOf(answer: QuotaAnswer): Omit<LimitAnswer, 'of'> | null {
  switch (answer.status) {
    case 'limited': {
      const { limit, remaining, windowSeconds } = answer
      return { limit, remaining, windowSeconds }
    }
    case 'unlimited':
      return { limit: null, remaining: null, windowSeconds: null }
    // Docker Hub did not report the limit itself, but nothing is left of it.
    case 'rate-limited':
      return { limit: 0, remaining: 0, windowSeconds: null }
    case 'wrong-credential':
    case 'unknown':
      return null
  }
}
