/** Steps about logins that end by themselves: what renews one, what would, and what writes it into its Secret. */

import { clueOf, hasClue } from '../diagnosis/clues/clue.ts'
import { foreignWriter, usableAttempts } from '../diagnosis/credential/pod-credential.ts'
import { mayBeOfExpiredLogin } from '../diagnosis/credential/secret-age.ts'
import type { Finding } from '../diagnosis/finding.ts'
import { cloudOf, cloudOfToken } from '../image/cloud-registries.ts'
import { withoutPort } from '../image/host.ts'
import type { Step } from './step/step.ts'
import type { ShortLived } from './step/step-for-access.ts'

/** What the user name shows to be a token that expires after minutes or hours; null for any other. */
function shortLivedKind(username: string | null): ShortLived | null {
  return username === 'gitlab-ci-token' ? 'gitlab-job' : cloudOfToken(username)
}

/** A secret whose login was a short-lived token. */
export function shortLived({ credential, registry }: Finding): Step[] {
  return usableAttempts(credential)
    .flatMap(({ secret, username, validUntil = null, issuedFor }): Step[] => {
      const kind = shortLivedKind(username)
      // Another name may be that of a proxy, or a domain of somebody's own, in front of the one that issued it.
      const isOfOther = issuedFor !== undefined && cloudOf(registry) === 'acr' && !isAt(issuedFor, registry)
      return kind === null
        ? []
        : [{ code: 'short-lived-login', secret, kind, validUntil, ...(isOfOther && { issuedFor }) }]
    })
    .slice(0, 1)
}

function isAt(issuer: string, registry: string | null): boolean {
  return withoutPort(registry ?? '').toLowerCase() === issuer
}

/**
 * The token of a CI job, which serves nobody once the job has ended, whatever this refusal is for (gitlab-org/gitlab-foss#31591). The runner's own
 * pods don't outlive theirs.
 */
export function jobToken(finding: Finding): Step[] {
  if (clueOf(finding.clues, 'made-by')?.maker === 'gitlab-runner') return []
  return shortLived(finding).filter(step => step.code === 'short-lived-login' && step.kind === 'gitlab-job')
}

/** A token that most likely has ended; where the registry names the identity that it got from it, it has not. */
export function renewSteps(finding: Finding): Step[] {
  const { clues, registry, subcause, namespace } = finding
  const aged = clueOf(clues, 'aged-token')
  const isValid = hasClue(finding.clues, 'caller', 'token-scope', 'terms')
  if (aged === undefined || registry === null || isValid || !mayBeOfExpiredLogin(subcause)) return []
  return [{ ...aged, code: 'renew-token', registry, namespace }, ...writerSteps(finding)]
}

/** Where a refused login comes from: whatever writes its Secret would overwrite another one. */
export function writerSteps({ credential, namespace, clues }: Finding): Step[] {
  const stale = clueOf(clues, 'stale-copy')
  // The source has another login already.
  if (stale !== undefined) return [{ ...stale, code: 'renew-copy', namespace }]
  const written = usableAttempts(credential).flatMap((attempt): Step[] => {
    const writer = foreignWriter(attempt)
    return writer === null ? [] : [{ code: 'secret-writer', secret: attempt.secret, namespace, writer }]
  })
  return written.slice(0, 1)
}

/** What is known to renew such logins: another schedule beside it would renew none if it fails, and is not needed if it only skips this one. */
export function withRenewer({ clues, namespace }: Finding, steps: Step[]): Step[] {
  const fails = clueOf(clues, 'renewer-fails')
  const elsewhere = clueOf(clues, 'renewed-elsewhere')
  const aged = steps.find(({ code }) => code === 'short-lived-login' || code === 'renew-token')
  if (aged === undefined || !('secret' in aged) || aged.secret === undefined) return steps
  const others = steps.filter(({ code }) => code !== 'short-lived-login')
  if (fails !== undefined)
    return [{ code: 'fix-renewer', cronJob: fails.cronJob, secret: aged.secret }, ...others]
  return elsewhere === undefined ? steps : [{ ...elsewhere, code: 'join-renewal', namespace }, ...others]
}
