/** Prepares a fix: plans the request on the facts that were read, and proves each login before it is distributed. */

import type { Credential } from '../../dockerconfig/registry-credential.ts'
import { RefusedError, UnreachableError } from '../../errors.ts'
import { DOCKER_HUB } from '../../image/docker-hub.ts'
import { parseReference } from '../../image/reference.ts'
import { localLogins } from '../../keychain/local-logins.ts'
import { registriesOf } from '../../keychain/wanted-registries.ts'
import { makePlan } from '../../plan/make-plan.ts'
import type { ImageFact, PlanInput } from '../../plan/plan-input.ts'
import { coversImageOf } from '../../plan/stuck-pod.ts'
import { referencesToAsk } from '../../plan/templates.ts'
import { lookUpImages } from '../../registry/look-up-images.ts'
import type { LoginProof, ProofFailure } from '../../registry/outcome.ts'
import { wrap } from '../../report/screen/layout.ts'
import {
  type FailedProof,
  failedProofText,
  provenText,
  shortLivedText,
  uncheckedText,
  usedUpText,
  type Workarounds,
} from '../../report/views/login-proofs.ts'
import type { FixObjects } from '../../snapshot/fix-objects.ts'
import { nodePlatforms } from '../../source/live/nodes.ts'
import { planCredentialOf } from './choose-logins.ts'
import { type FixFacts, readWritable } from './fix-facts.ts'
import { canHidePods } from './fix-scope.ts'
import type { FixRequest } from './request.ts'
import type { FixSession, PreparedFix, UnprovenCredential } from './session.ts'

/**
 * Plans the fix. If logins fail their proof, plans again without them.
 * @throws UsageError, UnreachableError, RefusedError, ApiError
 */
export async function prepareFix(
  request: FixRequest,
  facts: FixFacts,
  session: FixSession,
): Promise<PreparedFix> {
  const { remedies, logins } = request
  const fixObjects = await readWritable(session, facts, remedies, logins.credentials)
  const sources = { facts, fixObjects, session }
  const prepared = await planFix(request, sources)
  const unproven = await proveLogins(prepared, session)
  const [first] = unproven
  if (first === undefined) return prepared
  const credentials = logins.credentials.filter(one => !unproven.some(({ credential }) => credential === one))
  const proven = { ...request, logins: { ...logins, credentials } }
  const rest = await planFix(proven, sources, unproven)
  // Nothing remains to be done without these logins, so there is no plan to show.
  if (rest.plan.changes.length === 0) throw first.error
  return rest
}

/** What a plan is made from, besides the request. */
interface PlanSources {
  facts: FixFacts
  fixObjects: FixObjects
  session: FixSession
}

/** @param unproven the logins that failed their proof and are no longer part of the request */
async function planFix(
  request: FixRequest,
  sources: PlanSources,
  unproven: UnprovenCredential[] = [],
): Promise<PreparedFix> {
  const { facts, fixObjects, session } = sources
  const { diagnosis, snapshot, runs } = facts
  const { credentials } = request.logins
  const input = inputOf(request, sources)
  const references = referencesToAsk(input)
  const platforms = references.length === 0 ? [] : await nodePlatforms(session.reading)
  const images = await askRegistries(references, credentials, platforms, session)
  const dropped = unproven.map(({ credential: { registry }, login }) => ({ registry, ...login }))
  const plan = makePlan({ ...input, images, unproven: dropped })
  return {
    plan,
    runs,
    findings: diagnosis.findings,
    pods: snapshot.podCount,
    gaps: [...diagnosis.gaps, ...fixObjects.gaps],
    credentials: credentials.filter(({ key }) => plan.credentials.some(planned => planned.key === key)),
    partial: fixObjects.gaps.length > 0 || diagnosis.gaps.some(canHidePods),
    unproven,
    saved: false,
  }
}

/**
 * Looks up each reference in its registry, with the `given` logins if they match, otherwise with this machine's.
 * @throws UsageError for a malformed credentials file
 */
export async function askRegistries(
  references: string[],
  given: Credential[],
  platforms: string[],
  { registries, context }: FixSession,
): Promise<Map<string, ImageFact>> {
  const served = new Set(given.map(({ registry }) => registry))
  const wanted = registriesOf(references).filter(({ registry }) => !served.has(registry))
  const { credentials, forReading } = await localLogins(wanted, context)
  return lookUpImages(registries, references, {
    credentials: [...given, ...credentials, ...forReading],
    platforms,
  })
}

function inputOf(
  { remedies, replacements, logins }: FixRequest,
  { facts, fixObjects, session }: PlanSources,
): Omit<PlanInput, 'images' | 'unproven'> {
  const { scope, snapshot, diagnosis } = facts
  const { options, context, cluster } = session
  const { secretName, recreateBarePods, allowManaged, overwriteSecret } = options
  const { credentials, missing, named, unnamed } = logins
  return {
    snapshot,
    diagnosis,
    remedies,
    replacements,
    createdAt: context.now().toISOString(),
    cluster: { server: cluster.server, context: cluster.context },
    scope,
    fixObjects,
    secretName,
    recreateBarePods,
    allowManaged,
    overwriteSecret,
    credentials: credentials.map(planCredentialOf),
    missing,
    named,
    unnamed,
  }
}

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
  const { proof, image } = await proofFor(credential, prepared, session)
  if (!proof.proven) {
    const { why, detail } = proof
    const failed = { login: credential, image, why, detail }
    if (!UNANSWERED.includes(why) || !isOnlyShown(session)) return unprovenBy(failed, credential, prepared)
    await note(uncheckedText(failed))
    return null
  }
  const { quota } = proof
  const needed = credential.registry === DOCKER_HUB ? prepared.plan.cost.pulls : 0
  if (needed > 0 && quota.status === 'limited' && quota.remaining === 0) {
    const error = new RefusedError(usedUpText(credential, quota, workaroundsFor(credential, prepared)))
    return { credential, login: { username: credential.username, why: 'used-up', image: null }, error }
  }
  await note(provenText(credential, quota, needed))
  if (credential.shortLived) await note(`Warning: ${shortLivedText(credential)}`)
  return null
}

/** Failures that say nothing about the login. */
const UNANSWERED: readonly ProofFailure[] = ['unreachable', 'server-error', 'rate-limited']

function unprovenBy(failed: FailedProof, credential: Credential, prepared: PreparedFix): UnprovenCredential {
  const { why, image } = failed
  const text = failedProofText(failed, workaroundsFor(credential, prepared))
  const isUnreachable = why === 'unreachable' || why === 'server-error'
  const error = isUnreachable ? new UnreachableError(text) : new RefusedError(text)
  return { credential, login: { username: credential.username, why, image }, error }
}

function isOnlyShown({ options }: FixSession): boolean {
  return options.dryRun === 'client' || options.planFile !== undefined || options.format === 'patch'
}

/** What the fix can still do without this login. */
function workaroundsFor({ registry }: Credential, { plan, credentials }: PreparedFix): Workarounds {
  const others = credentials.map(one => one.registry).filter(other => other !== registry)
  return { plan, others: [...new Set(others)] }
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
