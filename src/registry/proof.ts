/** Proves a credential before it is distributed to a cluster. */

import type { ProofFailure } from '../snapshot/registry-answers.ts'
import type { LoginProof, ManifestOutcome, QuotaOutcome, RegistryProblem } from './outcome.ts'
import { retryText } from './problem.ts'

/** The requests that a proof consists of; `Registry` sends them. */
interface ProofQuestions {
  /** The quota with the credential; `not-reported` for registries other than Docker Hub. */
  quota(): Promise<QuotaOutcome>
  /** HEAD of a manifest that needs the credential; null if no such image is known. */
  manifest: (() => Promise<ManifestOutcome>) | null
  /** `/v2/` with the credential: asks for the login even if the repository is public. */
  login(): Promise<ManifestOutcome>
}

/**
 * Proven: the login was used, and the manifest exists or is at least not denied (404: the tag is missing, which is not the credential's
 * fault). On Docker Hub, the quota request comes first, so a wrong password is found before anything else. An exhausted quota does not
 * disprove the login, nor does a server without the quota's repository; `quota` shows both. Rejects only if aborted.
 */
export async function prove(questions: ProofQuestions): Promise<LoginProof> {
  const quota = await questions.quota()
  if (quota.status === 'withheld') return failed('withheld', quota.from)
  if (isProblem(quota) && quota.status !== 'denied') return problemProof(quota)
  const manifest = questions.manifest && (await questions.manifest())
  // Docker Hub accepted the login when it reported that no pulls are left, so it refuses the pull, not the login.
  const usedUp = quota.status === 'limited' && quota.remaining === 0
  if (manifest?.status === 'rate-limited' && usedUp) return { proven: true, quota, manifest }
  const asked = manifest && (manifest.identity === 'credential' || manifest.withheldFrom !== null)
  const requestedAs = asked ? manifest : await questions.login()
  if (requestedAs.withheldFrom !== null) return failed('withheld', requestedAs.withheldFrom)
  if (isProblem(requestedAs)) return problemProof(requestedAs)
  if (requestedAs.identity === 'anonymous') return failed('not-asked-for', '')
  if (manifest && isProblem(manifest)) return problemProof(manifest)
  return { proven: true, quota, manifest }
}

function problemProof(problem: RegistryProblem): LoginProof {
  switch (problem.status) {
    case 'denied':
      return failed('no-access', '')
    case 'wrong-credential':
      return failed('wrong-credential', '')
    case 'rate-limited':
      return failed('rate-limited', retryText(problem.retryAfterSeconds))
    case 'unreachable':
    case 'server-error':
      return failed(problem.status, problem.detail)
  }
}

function failed(why: ProofFailure, detail: string): LoginProof {
  return { proven: false, why, detail }
}

const PROBLEMS = ['denied', 'wrong-credential', 'rate-limited', 'unreachable', 'server-error']

function isProblem<T extends { status: string }>(outcome: T): outcome is T & RegistryProblem {
  return PROBLEMS.includes(outcome.status)
}
