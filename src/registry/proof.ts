/** Proves a credential before it is handed out to a cluster. */

import type { ManifestOutcome, Proof, QuotaOutcome, RegistryProblem } from './outcome.ts'

/** What a proof must find out, as questions: `Registry` answers them. */
export interface ProofQuestions {
  /** The quota with the credential; `not-told` for registries other than Docker Hub. */
  quota(): Promise<QuotaOutcome>
  /** HEAD of the needed manifest with the credential. */
  manifest(): Promise<ManifestOutcome>
  /** `/v2/` with the credential: makes a registry ask for it that serves the repository to anybody. */
  login(): Promise<ManifestOutcome>
}

/**
 * Proven: the login was used, and the needed manifest is there or at least nobody minds us asking (404: the tag is missing, which is not the
 * credential's fault). On Docker Hub the quota probe comes first, so a wrong password is known before anything else.
 */
export async function prove(questions: ProofQuestions): Promise<Proof> {
  const quota = await questions.quota()
  if (quota.status === 'withheld') return failed('withheld', quota.from)
  if (isProblem(quota)) return problemProof(quota)
  const manifest = await questions.manifest()
  const asker =
    manifest.identity === 'anonymous' && !manifest.withheldFrom ? await questions.login() : manifest
  if (asker.withheldFrom !== null) return failed('withheld', asker.withheldFrom)
  if (isProblem(asker)) return problemProof(asker)
  if (asker.identity === 'anonymous') return failed('not-asked-for', '')
  if (isProblem(manifest)) return problemProof(manifest)
  return { proven: true, quota, manifest }
}

function problemProof(problem: RegistryProblem): Proof {
  switch (problem.status) {
    case 'denied':
      return failed('no-access', '')
    case 'wrong-credential':
      return failed('wrong-credential', '')
    case 'rate-limited':
      return failed('rate-limited', waitDetail(problem.retryAfterSeconds))
    case 'unreachable':
    case 'server-error':
      return failed(problem.status, problem.detail)
  }
}

function waitDetail(seconds: number | null): string {
  return seconds === null ? '' : `retry after ${seconds} s`
}

function failed(why: Extract<Proof, { proven: false }>['why'], detail: string): Proof {
  return { proven: false, why, detail }
}

const PROBLEMS = ['denied', 'wrong-credential', 'rate-limited', 'unreachable', 'server-error']

function isProblem<T extends { status: string }>(outcome: T): outcome is T & RegistryProblem {
  return PROBLEMS.includes(outcome.status)
}
