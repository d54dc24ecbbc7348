/** Proves each login against its registry before it is handed out, and that it has pulls left. */

import type { Credential } from '../../dockerconfig/credential.ts'
import { RefusedError, UnreachableError } from '../../errors.ts'
import { DOCKER_HUB } from '../../image/docker-hub.ts'
import { parseReference } from '../../image/reference.ts'
import { serves } from '../../plan/stuck-pod.ts'
import type { Proof, QuotaOutcome } from '../../registry/outcome.ts'
import { proofRefusal, provenText, shortLivedText, usedUpText } from '../../report/logins.ts'
import { planned } from './logins.ts'
import type { Draft, FixSession } from './session.ts'

/** A private image that is misspelt must not speak against a login: so many are tried. */
const IMAGES_TRIED = 5

/**
 * Proves them one after the other and says so on standard error.
 * @throws RefusedError for a login that is wrong, opens no image, or has no pulls left; UnreachableError
 */
export async function proveLogins(draft: Draft, session: FixSession): Promise<void> {
  for (const credential of draft.credentials) {
    const quota = await proveOne(credential, draft, session)
    const needed = credential.registry === DOCKER_HUB ? draft.plan.cost.pulls : 0
    if (needed > 0 && quota.status === 'limited' && quota.remaining === 0) {
      throw new RefusedError(usedUpText(credential, quota))
    }
    const { err } = session.context
    await err.write(`${provenText(credential, quota, needed)}\n`)
    if (credential.shortLived) await err.write(`Warning: ${shortLivedText(credential)}\n`)
  }
}

async function proveOne(
  credential: Credential,
  draft: Draft,
  { registries }: FixSession,
): Promise<QuotaOutcome> {
  const registry = registries.of(credential.registry)
  let failed: { proof: Exclude<Proof, { proven: true }>; image: string | null } | null = null
  for (const image of imagesFor(credential, draft)) {
    const proof = await registry.proveCredential(credential, image === null ? null : parseReference(image))
    if (proof.proven) return proof.quota
    failed = { proof, image }
    if (proof.why !== 'no-access') break
  }
  if (failed === null) return { status: 'not-told' }
  const { proof, image } = failed
  const text = proofRefusal(credential, image, proof.why, proof.detail)
  throw proof.why === 'unreachable' || proof.why === 'server-error'
    ? new UnreachableError(text)
    : new RefusedError(text)
}

/** Images that the login is to open, those first that are known to be there; null where none is known. */
function imagesFor(credential: Credential, { findings }: Draft): (string | null)[] {
  const served = findings.filter(
    finding => finding.remedies.length > 0 && serves(planned(credential), finding),
  )
  const limited = served.filter(({ cause }) => cause === 'rate-limited')
  const images = [...limited, ...served].flatMap(({ reference }) => reference ?? [])
  return images.length === 0 ? [null] : [...new Set(images)].slice(0, IMAGES_TRIED)
}

/** Pulls left on Docker Hub for the logins that the plan hands out, the fewest counting; null: no limit, or none that is known. */
export async function pullsLeft({ credentials }: Draft, { registries }: FixSession): Promise<number | null> {
  const left: number[] = []
  for (const credential of credentials.filter(({ registry }) => registry === DOCKER_HUB)) {
    const known = leftOf(await registries.of(DOCKER_HUB).quota(credential))
    if (known !== null) left.push(known)
  }
  return left.length === 0 ? null : Math.min(...left)
}

/** A hub that takes no more requests has no pulls for us either. */
function leftOf(quota: QuotaOutcome): number | null {
  if (quota.status === 'rate-limited') return 0
  return quota.status === 'limited' ? quota.remaining : null
}
