/** Makes the plan of a fix from what was asked for and what is wrong, with logins that are proven to work. */

import { CAUSES } from '../../diagnosis/finding.ts'
import { isUnlikelyToRecover } from '../../diagnosis/recovery-prospects.ts'
import type { Credential } from '../../dockerconfig/credential.ts'
import { registriesOf } from '../../keychain/wanted-registries.ts'
import { referencesToAsk } from '../../plan/container-edits.ts'
import { makePlan } from '../../plan/make-plan.ts'
import type { ImageFact, PlanInput } from '../../plan/plan-input.ts'
import { lookUpImages } from '../../registry/look-up-images.ts'
import type { FixScope } from '../../snapshot/fix-scope.ts'
import { nodePlatforms } from '../../source/live/nodes.ts'
import { onThisMachine, planned } from './logins.ts'
import { proveLogins, type Unproven } from './prove.ts'
import type { Request } from './request.ts'
import { scopeOf } from './scope.ts'
import type { Draft, FixSession } from './session.ts'
import { namespacesOf, type Situation } from './situation.ts'

/** The plan, without what the logins that don't work would have done. @throws UsageError, UnreachableError, RefusedError, ApiError */
export async function draftPlan(request: Request, situation: Situation, session: FixSession): Promise<Draft> {
  const draft = await draftWith(request, situation, session, [])
  const unproven = await proveLogins(draft, session)
  const [first] = unproven
  if (first === undefined) return draft
  const { logins } = request
  const credentials = logins.credentials.filter(one => !unproven.some(({ credential }) => credential === one))
  const rest = await draftWith(
    { ...request, logins: { ...logins, credentials } },
    situation,
    session,
    unproven,
  )
  // Where nothing is left to do without them, there is no plan to show.
  if (rest.plan.changes.length === 0) throw first.error
  return rest
}

async function draftWith(
  request: Request,
  situation: Situation,
  session: FixSession,
  unproven: Unproven[],
): Promise<Draft> {
  const { diagnosis } = situation
  const { credentials } = request.logins
  const fixScope = await scopeOf(session, situation, request.remedies, credentials)
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
    gaps: [...diagnosis.gaps, ...fixScope.gaps],
    credentials: credentials.filter(({ key }) => plan.credentials.some(planned => planned.key === key)),
    narrowed: fixScope.gaps.length > 0 || diagnosis.gaps.some(({ what }) => NARROWING.includes(what)),
    unproven,
    saved: false,
  }
}

/**
 * What the registries say of each reference. They are asked with `given` where it serves them, else with this machine's logins.
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
  const { credentials, forReading } = await onThisMachine(wanted, context)
  return lookUpImages(registries, references, {
    credentials: [...given, ...credentials, ...forReading],
    platforms,
  })
}

/** What hides pods or namespaces; other gaps of a diagnosis only hide reasons. */
const NARROWING = ['namespaces', 'pods']

function inputOf(
  { remedies, replacements, logins }: Request,
  { snapshot, diagnosis }: Situation,
  session: FixSession,
  fixScope: FixScope,
): Omit<PlanInput, 'images' | 'unproven'> {
  const { options, context, cluster } = session
  const { affected, excludedNamespaces, secretName } = options
  const { recreateBarePods, allowManaged, overwriteSecret } = options
  const { credentials, missing, named, unnamed } = logins
  return {
    snapshot,
    diagnosis,
    remedies,
    replacements,
    createdAt: context.now().toISOString(),
    cluster: { server: cluster.server, context: cluster.context },
    scope: { ...namespacesOf(session), affected, excluded: excludedNamespaces },
    fixScope,
    secretName,
    recreateBarePods,
    allowManaged,
    overwriteSecret,
    credentials: credentials.map(planned),
    missing,
    named,
    unnamed,
    hopeless: new Set(CAUSES.filter(isUnlikelyToRecover)),
  }
}
