/** The credential of one failed pull: what the pod had, what the registry's words say of it, and where else a login lies. */

import type { Pod } from '../snapshot/pod.ts'
import { credentialFor } from './credential.ts'
import { hintsFor, type KnownLogins } from './credential-hints.ts'
import type { CredentialReport, Finding } from './finding.ts'
import { parsePullErrors } from './pull-error.ts'

interface Pull extends Pick<Finding, 'cause' | 'evidence' | 'image'> {
  pod: Pod
}

/** Only of a pull that a login was asked of is there more to tell than what the pod had. */
export function pullCredential({ pod, image, cause, evidence }: Pull, logins: KnownLogins): CredentialReport {
  const credential = credentialFor(pod, image, logins.snapshot)
  if (cause !== 'auth-required-or-denied' && cause !== 'rate-limited') return credential
  const hints = hintsFor(pod, image, credential, logins)
  const contradicted =
    credential.status === 'usable' && evidence !== null && saysNothingWasSent(evidence.text)
  return { ...credential, ...(hints.length > 0 && { hints }), ...(contradicted && { contradicted }) }
}

const NOTHING_SENT =
  /\bunauthenticated\b|\banonymous(?:ly)?\b|\bno basic auth credentials\b|\bno credentials (?:found|available|provided)\b|\bnot logged in\b/
/** A mirror or a cache that asks for another registry brings its own login, or none. */
const FOR_ANOTHER = /[?&]ns=/

/** Whether every attempt of the pull was without a login: with several credentials one attempt without proves nothing of the others. */
export function saysNothingWasSent(text: string): boolean {
  if (FOR_ANOTHER.test(text)) return false
  return parsePullErrors(text).attempts.every(({ said }) => NOTHING_SENT.test(said))
}
