/** The clues in the login that was sent, and in one that the pod's account has for itself. */

import { cloudOf, isHosted } from '../image/registries.ts'
import type { Pod } from '../snapshot/pod.ts'
import type { Clue } from './clue.ts'
import type { Finding } from './finding.ts'
import type { KnownLogins } from './known-logins.ts'
import { agedToken, hasExpired } from './secret-age.ts'

const IDENTITY_OF = { aws: 'ecr', azure: 'acr', google: 'gar' } as const

/** The pod's own processes use the account's identity; the kubelet and the runtime pull with the node's. */
function workloadIdentity(pod: Pod, registry: string | null, logins: KnownLogins): Clue[] {
  const of = logins.credentials.accountOf(pod)?.workloadIdentity
  return of === undefined || IDENTITY_OF[of] !== cloudOf(registry)
    ? []
    : [{ code: 'workload-identity', of, serviceAccount: pod.serviceAccount }]
}

/** The provider that is meant to get the pod's login for this registry, which is Quay, or one of anybody's own. */
function annotatedProvider(
  pod: Pod,
  { registry, credential }: Pick<Finding, 'registry' | 'credential'>,
  logins: KnownLogins,
): Clue[] {
  const of = logins.credentials.accountOf(pod)?.pullsThrough
  if (of === undefined || registry === null || credential.status !== 'none') return []
  const isMeant = !isHosted(registry) || (of === 'quay' && registry === 'quay.io')
  return isMeant ? [{ code: 'annotated-provider', of, serviceAccount: pod.serviceAccount }] : []
}

export function loginClues(
  pod: Pod,
  { cause, registry, credential }: Pick<Finding, 'cause' | 'registry' | 'credential'>,
  logins: KnownLogins,
): Clue[] {
  return [
    ...(hasExpired(credential, logins.snapshot.takenAt) ? [{ code: 'expired' } as const] : []),
    ...(cause === 'auth-required-or-denied'
      ? [
          ...workloadIdentity(pod, registry, logins),
          ...annotatedProvider(pod, { registry, credential }, logins),
          ...agedToken(pod, registry, credential, logins.snapshot),
        ]
      : []),
  ]
}
