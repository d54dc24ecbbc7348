/** Proves each login of a plan on images that it should be able to pull, before it is distributed. */

import type { Credential } from '../../dockerconfig/registry-credential.ts'
import { RefusedError, UnreachableError } from '../../errors.ts'
import { DOCKER_HUB } from '../../image/docker-hub.ts'
import { parseReference } from '../../image/reference.ts'
import { coversImageOf } from '../../plan/stuck-pod.ts'
import type { LoginProof } from '../../registry/outcome.ts'
import { wrap } from '../../report/screen/layout.ts'
import {
  expiringLoginText,
  type FailedProof,
  failedProofText,
  provenText,
  uncheckedText,
  usedUpText,
  type Workarounds,
} from '../../report/views/login-proofs.ts'
import type { ProofFailure } from '../../snapshot/registry-answers.ts'
import { planCredentialOf } from './choose-logins.ts'
import type { FixSession, PreparedFix, UnprovenCredential } from './session.ts'

/**
 * The number of repositories to try a login on, with one image each: some may be misspelled or belong to someone else, which proves nothing
 * about the login.
 */
const REPOSITORIES_TRIED = 30

/**
 * Proves the logins one by one and reports each on standard error. A plan that is only displayed keeps a login whose registry does not
 * answer, with a note that the login is unchecked.
 * @returns the unproven ones; only the changes that need them are dropped
 */
export async function proveLogins(prepared: PreparedFix, session: FixSession): Promise<UnprovenCredential[]> {
  const unproven: UnprovenCredential[] = []
  for (const credential of prepared.credentials) {
    const failed = await proveOne(credential, prepared, session)
    if (failed !== null) unproven.push(failed)
  }
  return unproven
}

/** @returns null if the login works, or if the plan is only displayed and the registry does not answer */
async function proveOne(
  credential: Credential,
  prepared: PreparedFix,
  session: FixSession,
): Promise<UnprovenCredential | null> {
  const { err } = session.context
  const note = (text: string) => err.write(`${wrap(text, err.width).join('\n')}\n`)
  const shown = planCredentialOf(credential)
  const { proof, image } = await proofFor(credential, prepared, session)
  if (!proof.proven) {
    const { why, detail } = proof
    const failed = { login: shown, image, why, detail }
    if (!UNANSWERED.includes(why) || !isOnlyShown(session))
      return unprovenBy(failed, credential, prepared, session)
    await note(uncheckedText(failed))
    return null
  }
  const { quota } = proof
  const needed = credential.registry === DOCKER_HUB ? prepared.plan.cost.pulls : 0
  if (needed > 0 && quota.status === 'limited' && quota.remaining === 0) {
    const error = new RefusedError(usedUpText(shown, quota, workaroundsFor(credential, prepared, session)))
    return { credential, login: { username: shown.username, why: 'used-up', image: null }, error }
  }
  await note(provenText(shown, quota, needed))
  if (credential.shortLived) await note(`Warning: ${expiringLoginText(shown)}`)
  return null
}

/** Failures that say nothing about the login. */
const UNANSWERED: readonly ProofFailure[] = ['unreachable', 'server-error', 'rate-limited']

function unprovenBy(
  failed: FailedProof,
  credential: Credential,
  prepared: PreparedFix,
  session: FixSession,
): UnprovenCredential {
  const { why, image } = failed
  const text = failedProofText(failed, workaroundsFor(credential, prepared, session))
  const isUnreachable = why === 'unreachable' || why === 'server-error'
  const error = isUnreachable ? new UnreachableError(text) : new RefusedError(text)
  return { credential, login: { username: failed.login.username, why, image }, error }
}

function isOnlyShown({ options }: FixSession): boolean {
  return options.dryRun === 'client' || options.planFile !== undefined || options.format === 'patch'
}

/** What the fix can still do without this login. */
function workaroundsFor(
  { registry }: Credential,
  { plan, credentials }: PreparedFix,
  { options: { username, registries, overwriteSecret } }: FixSession,
): Workarounds {
  const others = credentials.map(one => one.registry).filter(other => other !== registry)
  const loginFlags = [
    ...(username === undefined ? [] : ['--username', '--password-stdin']),
    ...(registries.length === 0 ? [] : ['--registry']),
    ...(overwriteSecret ? ['--overwrite-secret'] : []),
  ]
  return { plan, others: [...new Set(others)], loginFlags }
}

interface ProofOnImage {
  proof: LoginProof
  /** The image that the login was tried on; null if none is known. */
  image: string | null
}

async function proofFor(
  credential: Credential,
  prepared: PreparedFix,
  { registries }: FixSession,
): Promise<ProofOnImage> {
  const registry = registries.of(credential.registry)
  let last: ProofOnImage = {
    proof: { proven: true, quota: { status: 'not-reported' }, manifest: null },
    image: null,
  }
  for (const image of imagesFor(credential, prepared)) {
    const proof = await registry.proveCredential(credential, image === null ? null : parseReference(image))
    last = { proof, image }
    if (proof.proven || proof.why !== 'no-access') return last
  }
  return last
}

/** Returns images that the login should be able to pull, those known to exist first; null stands for no known image. */
function imagesFor(credential: Credential, { findings }: PreparedFix): (string | null)[] {
  const served = findings.filter(
    finding => finding.remedies.length > 0 && coversImageOf(planCredentialOf(credential), finding),
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
