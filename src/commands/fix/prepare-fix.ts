/** Prepares a fix: plans the request on the facts that were read, with the logins that work. */

import type { Credential } from '../../dockerconfig/registry-credential.ts'
import { localLogins } from '../../keychain/local-logins.ts'
import { registriesOf } from '../../keychain/wanted-registries.ts'
import { makePlan } from '../../plan/make-plan.ts'
import type { PlanInput } from '../../plan/plan-input.ts'
import { referencesToAsk } from '../../plan/templates.ts'
import { lookUpImages } from '../../registry/look-up-images.ts'
import type { FixObjects } from '../../snapshot/fix-objects.ts'
import type { ImageLookup } from '../../snapshot/registry-answers.ts'
import { nodePlatforms } from '../../source/live/nodes.ts'
import { planCredentialOf } from './choose-logins.ts'
import { type FixFacts, readWritable } from './fix-facts.ts'
import { canHidePods } from './fix-scope.ts'
import { proveLogins } from './prove-logins.ts'
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
): Promise<Map<string, ImageLookup>> {
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
