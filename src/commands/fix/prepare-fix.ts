/** Prepares a fix: plans what was requested for the current situation, with logins that are proven to work. */

import { CAUSES } from '../../diagnosis/finding.ts'
import { isUnlikelyToRecover } from '../../diagnosis/recovery-prospects.ts'
import type { Credential } from '../../dockerconfig/registry-credential.ts'
import { registriesOf } from '../../keychain/wanted-registries.ts'
import { makePlan } from '../../plan/make-plan.ts'
import type { ImageFact, PlanInput } from '../../plan/plan-input.ts'
import { referencesToAsk } from '../../plan/templates.ts'
import { lookUpImages } from '../../registry/look-up-images.ts'
import type { FixScope } from '../../snapshot/fix-scope.ts'
import { nodePlatforms } from '../../source/live/nodes.ts'
import { machineLoginsFor, planCredentialOf } from './find-logins.ts'
import { proveLogins, type Unproven } from './prove.ts'
import type { Request } from './request.ts'
import type { FixSession, PreparedFix } from './session.ts'
import { readWritable, type Situation } from './situation.ts'

/**
 * The prepared fix. Logins that fail their proof are left out, and the plan is made again without them.
 * @throws UsageError, UnreachableError, RefusedError, ApiError
 */
export async function prepareFix(
  request: Request,
  situation: Situation,
  session: FixSession,
): Promise<PreparedFix> {
  const prepared = await prepareWith(request, situation, session, [])
  const unproven = await proveLogins(prepared, session)
  const [first] = unproven
  if (first === undefined) return prepared
  const { logins } = request
  const credentials = logins.credentials.filter(one => !unproven.some(({ credential }) => credential === one))
  const rest = await prepareWith(
    { ...request, logins: { ...logins, credentials } },
    situation,
    session,
    unproven,
  )
  // Without these logins nothing is left to do, so there is no plan to show.
  if (rest.plan.changes.length === 0) throw first.error
  return rest
}

async function prepareWith(
  request: Request,
  situation: Situation,
  session: FixSession,
  unproven: Unproven[],
): Promise<PreparedFix> {
  const { diagnosis, snapshot } = situation
  const { credentials } = request.logins
  const fixScope = await readWritable(session, situation, request.remedies, credentials)
  const input = inputOf(request, situation, session, fixScope)
  const references = referencesToAsk(input)
  const platforms =
    references.length === 0 ? [] : await nodePlatforms(session.cluster, session.context.signal)
  const images = await askRegistries(references, credentials, platforms, session)
  const refused = unproven.map(({ credential: { registry }, login }) => ({ registry, ...login }))
  const plan = makePlan({ ...input, images, unproven: refused })
  return {
    plan,
    findings: diagnosis.findings,
    pods: snapshot.podCount,
    gaps: [...diagnosis.gaps, ...fixScope.gaps],
    credentials: credentials.filter(({ key }) =>
      plan.credentials.some(planCredentialOf => planCredentialOf.key === key),
    ),
    narrowed: fixScope.gaps.length > 0 || diagnosis.gaps.some(({ what }) => NARROWING.includes(what)),
    unproven,
    saved: false,
  }
}

/**
 * Looks up each reference in its registry, with the `given` logins where they fit, else with this machine's.
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
  const { credentials, forReading } = await machineLoginsFor(wanted, context)
  return lookUpImages(registries, references, {
    credentials: [...given, ...credentials, ...forReading],
    platforms,
  })
}

/** The gaps that can hide pods or namespaces; others only hide reasons. */
const NARROWING = ['namespaces', 'pods']

function inputOf(
  { remedies, replacements, logins }: Request,
  { scope, snapshot, diagnosis }: Situation,
  session: FixSession,
  fixScope: FixScope,
): Omit<PlanInput, 'images' | 'unproven'> {
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
    fixScope,
    secretName,
    recreateBarePods,
    allowManaged,
    overwriteSecret,
    credentials: credentials.map(planCredentialOf),
    missing,
    named,
    unnamed,
    hopeless: new Set(CAUSES.filter(isUnlikelyToRecover)),
  }
}
