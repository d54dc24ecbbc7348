/** Proves each login against its registry before it is distributed, and that it has pulls left for what needs them. */

import type { Credential } from '../../dockerconfig/credential.ts'
import { RefusedError, UnreachableError } from '../../errors.ts'
import { DOCKER_HUB } from '../../image/docker-hub.ts'
import { parseReference } from '../../image/reference.ts'
import type { UnprovenLogin } from '../../plan/plan-input.ts'
import { serves } from '../../plan/stuck-pod.ts'
import type { Proof, QuotaOutcome } from '../../registry/outcome.ts'
import {
  failedProofText,
  provenText,
  shortLivedText,
  uncheckedText,
  usedUpText,
  type Workarounds,
} from '../../report/views/logins.ts'
import { planned } from './logins.ts'
import type { Draft, FixSession } from './session.ts'

/** Private images that are misspelt or somebody else's must not speak against a login: of so many repositories one is tried each. */
const REPOSITORIES_TRIED = 30

/** A login that is not distributed, and what the run ends with where nothing else is left to do. */
export interface Unproven {
  credential: Credential
  login: UnprovenLogin
  error: RefusedError | UnreachableError
}

/**
 * Proves them one after the other and says so on standard error. Those that fail are given back: they stop only what depends on them.
 * A plan that is only to be seen keeps a login whose registry does not answer, and it is said that nobody could check it.
 */
export async function proveLogins(draft: Draft, session: FixSession): Promise<Unproven[]> {
  const failed: Unproven[] = []
  for (const credential of draft.credentials) {
    const unproven = await proveOne(credential, draft, session)
    if (unproven !== null) failed.push(unproven)
  }
  return failed
}

/** @returns null where it works, or is only to be seen and can't be checked */
async function proveOne(credential: Credential, draft: Draft, session: FixSession): Promise<Unproven | null> {
  const { err } = session.context
  const { proof, image } = await proofFor(credential, draft, session)
  if (!proof.proven) {
    const { why, detail } = proof
    const noAnswer = why === 'unreachable' || why === 'server-error' || why === 'rate-limited'
    const text = failedProofText(credential, image, why, detail, wayOut(credential, draft))
    if (noAnswer && isOnlyShown(session)) {
      await err.write(`${uncheckedText(credential, image, why, detail)}\n`)
      return null
    }
    const error = noAnswer && why !== 'rate-limited' ? new UnreachableError(text) : new RefusedError(text)
    return { credential, login: { username: credential.username, why, image }, error }
  }
  const { quota } = proof
  const needed = credential.registry === DOCKER_HUB ? draft.plan.cost.pulls : 0
  if (needed > 0 && quota.status === 'limited' && quota.remaining === 0) {
    const error = new RefusedError(usedUpText(credential, quota, wayOut(credential, draft)))
    return { credential, login: { username: credential.username, why: 'used-up', image: null }, error }
  }
  await err.write(`${provenText(credential, quota, needed)}\n`)
  if (credential.shortLived) await err.write(`Warning: ${shortLivedText(credential)}\n`)
  return null
}

function isOnlyShown({ options }: FixSession): boolean {
  return options.dryRun === 'client' || options.planFile !== undefined || options.format === 'patch'
}

/** What goes without this login. */
function wayOut({ registry }: Credential, { plan, credentials }: Draft): Workarounds {
  const others = credentials.map(one => one.registry).filter(other => other !== registry)
  return { plan, others: [...new Set(others)] }
}

interface Tried {
  proof: Proof
  /** The image that it was tried on; null where none is known. */
  image: string | null
}

async function proofFor(credential: Credential, draft: Draft, { registries }: FixSession): Promise<Tried> {
  const registry = registries.of(credential.registry)
  let last: Tried = { proof: { proven: true, quota: { status: 'not-told' }, manifest: null }, image: null }
  for (const image of imagesFor(credential, draft)) {
    const proof = await registry.proveCredential(credential, image === null ? null : parseReference(image))
    last = { proof, image }
    if (proof.proven || proof.why !== 'no-access') return last
  }
  return last
}

/** Images that the login is to open, those first that are known to be there; null where none is known. */
function imagesFor(credential: Credential, { findings }: Draft): (string | null)[] {
  const served = findings.filter(
    finding => finding.remedies.length > 0 && serves(planned(credential), finding),
  )
  const limited = served.filter(({ cause }) => cause === 'rate-limited')
  const images = new Map<string, string>()
  for (const { reference } of [...limited, ...served]) {
    const repository = parseReference(reference ?? '')?.repository
    if (reference !== null && repository !== undefined && !images.has(repository)) {
      images.set(repository, reference)
    }
  }
  return images.size === 0 ? [null] : [...images.values()].slice(0, REPOSITORIES_TRIED)
}

/** Pulls left on Docker Hub for the logins that the plan distributes, the fewest counting; null: no limit; `unknown`: the hub can't be asked. */
export async function pullsLeft(
  { credentials }: Draft,
  { registries }: FixSession,
): Promise<number | null | 'unknown'> {
  const left: number[] = []
  for (const credential of credentials.filter(({ registry }) => registry === DOCKER_HUB)) {
    const known = leftOf(await registries.of(DOCKER_HUB).quota(credential))
    if (known === 'unknown') return known
    if (known !== null) left.push(known)
  }
  return left.length === 0 ? null : Math.min(...left)
}

/** A hub that takes no more requests has no pulls for us either; of one that does not answer nobody knows. */
function leftOf(quota: QuotaOutcome): number | null | 'unknown' {
  switch (quota.status) {
    case 'limited':
      return quota.remaining
    case 'rate-limited':
      return 0
    case 'unlimited':
    case 'not-told':
    case 'not-found':
      return null
    default:
      return 'unknown'
  }
}
