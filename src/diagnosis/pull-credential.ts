/** The credential of one failed pull: what the pod had, what the registry's words say of it, and where else a login lies. */

import type { Pod } from '../snapshot/pod.ts'
import { hintsFor, type KnownLogins } from './credential-hints.ts'
import type { CredentialReport, Finding } from './finding.ts'
import { credentialFor } from './pod-credential.ts'
import { parsePullErrors } from './pull-error.ts'

interface Pull extends Pick<Finding, 'cause' | 'evidence' | 'image' | 'endpoint'> {
  pod: Pod
}

/** Only of a pull that a login was asked of is there more to tell than what the pod had. */
export function pullCredential(pull: Pull, logins: KnownLogins): CredentialReport {
  const { pod, image, cause } = pull
  const credential = credentialFor(pod, image, logins.snapshot)
  if (cause !== 'auth-required-or-denied' && cause !== 'rate-limited') return credential
  const hints = hintsFor(pod, image, credential, logins)
  const contradicted = credential.status === 'usable' && contradictsUsableLogin(pull)
  return { ...credential, ...(hints.length > 0 && { hints }), ...(contradicted && { contradicted }) }
}

/** A mirror speaks of its own login at its upstream. */
function contradictsUsableLogin({ evidence, endpoint }: Pull): boolean {
  return evidence !== null && endpoint?.role !== 'mirror' && reportsNoCredentialSent(evidence.text)
}

const NOTHING_SENT =
  /\bunauthenticated\b|\banonymous(?:ly)?\b|\bno basic auth credentials\b|\bno credentials (?:found|available|provided)\b|\bnot logged in\b/

/** Whether every attempt of the pull was without a login: with several credentials one attempt without proves nothing of the others. */
export function reportsNoCredentialSent(text: string): boolean {
  return parsePullErrors(text).attempts.every(({ masked }) => NOTHING_SENT.test(masked))
}
