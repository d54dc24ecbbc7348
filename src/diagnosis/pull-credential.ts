/** The credential of one failed pull: what the pod has, whether the registry contradicts that, and where else the cluster has a login. */

import { parseReference } from '../image/reference.ts'
import { cloudOf } from '../image/registries.ts'
import type { Pod } from '../snapshot/pod.ts'
import { hintsFor } from './credential-hints.ts'
import type { CredentialReport } from './credential-report.ts'
import { knewIdentity } from './denial-words.ts'
import type { FailingContainer } from './failing-container.ts'
import type { Finding } from './finding.ts'
import type { KnownLogins } from './known-logins.ts'
import { isNewer } from './secret-age.ts'

interface Pull extends Pick<Finding, 'cause' | 'evidence' | 'image' | 'endpoint'> {
  pod: Pod
  failing: FailingContainer
}

/** The node or the guest pulls with its own credentials, which the cluster does not show. */
const NOT_THE_PODS: CredentialReport = { status: 'unknown', attempts: [] }

/** What the pod has, with hints and contradictions only for refusals and rate limits: other pulls don't depend on a login. */
export function pullCredential(pull: Pull, logins: KnownLogins): CredentialReport {
  const { pod, image, cause, failing } = pull
  if (!failing.usesPullSecrets) return NOT_THE_PODS
  const credential = logins.credentials.reportFor(pod, image)
  if (cause !== 'auth-required-or-denied' && cause !== 'rate-limited') return credential
  const hints = hintsFor(pod, image, credential, logins)
  const isUsable = credential.status === 'usable'
  const contradicted = isUsable && reportsNoLogin(pull, logins)
  const cameLater = isUsable && isNewer(pull, credential, { snapshot: logins.snapshot, contradicted })
  return {
    ...credential,
    ...(hints.length > 0 && { hints }),
    ...(contradicted && { contradicted }),
    ...(cameLater && { cameLater }),
    ...(isOfNode(pull, credential) && { ofNode: true }),
  }
}

/** Whether the text proves that a login was sent, which was the node's own, as the pod has none. A mirror gets the one of its own settings. */
function isOfNode({ evidence, image, endpoint }: Pull, { status }: CredentialReport): boolean {
  if ((status !== 'none' && status !== 'broken') || endpoint?.role === 'mirror') return false
  const text = evidence?.text ?? ''
  const isCloud = cloudOf(parseReference(image)?.registry ?? null) !== null
  return (isCloud && knewIdentity(text)) || WITH_LOGIN.test(text)
}

/** How containerd asks a token server for a token if it has a login, and only then (core/remotes/docker/authorizer.go). */
const WITH_LOGIN = /\bfailed to fetch oauth token\b/i

/** Whether the registry reports that no login was sent. A mirror's text is about the mirror's own login, so it does not count. */
function reportsNoLogin({ evidence, endpoint }: Pull, { noLoginSent }: KnownLogins): boolean {
  return evidence !== null && endpoint?.role !== 'mirror' && noLoginSent(evidence.text, null)
}
