/** Makes the plan of a fix: the situation read, remedies and logins chosen, objects in scope read, registries asked. */

import { CAUSES } from '../../diagnosis/finding.ts'
import { isHopeless } from '../../diagnosis/patience.ts'
import { referencesToAsk } from '../../plan/container-edits.ts'
import { makePlan } from '../../plan/make-plan.ts'
import type { PlanInput } from '../../plan/plan-input.ts'
import type { FixScope } from '../../snapshot/fix-scope.ts'
import { nodePlatforms } from '../../source/live/nodes.ts'
import { warnOfUnknownExclusions } from './exclusions.ts'
import { askRegistries } from './images.ts'
import { findLogins, type Logins, planned } from './logins.ts'
import { askForOthers } from './other-registries.ts'
import { proveLogins, type Unproven } from './prove.ts'
import { type Choice, chooseRemedies } from './remedies.ts'
import { scopeOf } from './scope.ts'
import type { Draft, FixSession } from './session.ts'
import { namespacesOf, readSituation, type Situation } from './situation.ts'
import { unfinishedRegistries } from './unfinished.ts'

/** The plan for what is wrong now. @throws UsageError, UnreachableError, RefusedError, ApiError */
export async function draftPlan(session: FixSession): Promise<Draft> {
  await warnOfUnknownExclusions(session)
  const situation = await readSituation(session)
  const { snapshot, diagnosis, runs } = situation
  const { secretName } = session.options
  const unfinished = unfinishedRegistries(runs, { secretName, ...namespacesOf(session) })
  const choice = await chooseRemedies(session, diagnosis, { snapshot, unfinished: unfinished.length > 0 })
  const atHand = await findLogins(session, diagnosis.findings, { ...choice, unfinished })
  const logins = await askForOthers(session, diagnosis.findings, atHand)
  const draft = await draftWith(session, situation, choice, logins, [])
  const unproven = await proveLogins(draft, session)
  const [first] = unproven
  if (first === undefined) return draft
  const credentials = logins.credentials.filter(one => !unproven.some(({ credential }) => credential === one))
  const rest = await draftWith(session, situation, choice, { ...logins, credentials }, unproven)
  // Where nothing is left to do without them, there is no plan to show.
  if (rest.plan.changes.length === 0) throw first.error
  return rest
}

async function draftWith(
  session: FixSession,
  situation: Situation,
  choice: Choice,
  logins: Logins,
  unproven: Unproven[],
): Promise<Draft> {
  const { diagnosis } = situation
  const fixScope = await scopeOf(session, situation, choice.remedies, logins.credentials)
  const input = inputOf(session, situation, choice, logins, fixScope)
  const references = referencesToAsk(input)
  const platforms =
    references.length === 0 ? [] : await nodePlatforms(session.cluster, session.context.signal)
  const images = await askRegistries(references, logins.credentials, platforms, session)
  const refused = unproven.map(({ credential: { registry }, login }) => ({ registry, ...login }))
  const plan = makePlan({ ...input, images, unproven: refused })
  return {
    plan,
    findings: diagnosis.findings,
    gaps: [...diagnosis.gaps, ...fixScope.gaps],
    credentials: logins.credentials.filter(({ key }) =>
      plan.credentials.some(planned => planned.key === key),
    ),
    narrowed: fixScope.gaps.length > 0 || diagnosis.gaps.some(({ what }) => NARROWING.includes(what)),
    unproven,
    saved: false,
  }
}

/** What hides pods or namespaces; other gaps of a diagnosis only hide reasons. */
const NARROWING = ['namespaces', 'pods']

function inputOf(
  session: FixSession,
  { snapshot, diagnosis }: Situation,
  choice: Choice,
  { credentials, missing, named, unnamed }: Logins,
  fixScope: FixScope,
): Omit<PlanInput, 'images' | 'unproven'> {
  const { options, context, cluster } = session
  const { affected, excludedNamespaces, secretName } = options
  const { recreateBarePods, allowManaged, overwriteSecret } = options
  return {
    snapshot,
    diagnosis,
    ...choice,
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
    hopeless: new Set(CAUSES.filter(isHopeless)),
  }
}
