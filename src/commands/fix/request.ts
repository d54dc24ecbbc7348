/**
 * Determines what a fix should do, from flags, answers at a terminal, or findings: its remedies, the logins to distribute, and finally
 * whether to apply the plan.
 */

import { adviseDiagnosis } from '../../advice/add-steps.ts'
import { unfinishedRegistries } from '../../apply/journal/run.ts'
import { fittingRemedies, type Remedy } from '../../diagnosis/remedy.ts'
import type { Credential } from '../../dockerconfig/registry-credential.ts'
import { RefusedError } from '../../errors.ts'
import { DOCKER_HUB } from '../../image/docker-hub.ts'
import type { ReplacementRule } from '../../image/replacement.ts'
import type { PlanScope } from '../../plan/plan.ts'
import {
  confirmation,
  otherLoginQuestion,
  remedyChoice,
  remedyPreface,
  remedyQuestion,
} from '../../report/views/questions.ts'
import type { Snapshot } from '../../snapshot/snapshot.ts'
import { confirmWrite } from '../confirm.ts'
import { invocationOf } from '../report-options.ts'
import { readReplacement } from '../shared-flags.ts'
import { findLogins, type Logins, planCredentialOf } from './find-logins.ts'
import { type FixFacts, journaledScope } from './fix-facts.ts'
import type { FixOptions, FixSession, PreparedFix } from './session.ts'

export interface FixRequest {
  remedies: ReadonlySet<Remedy>
  replacements: ReplacementRule[]
  logins: Logins
}

/** Returns the request, from flags, answers at the terminal, or the findings. @throws UsageError, RefusedError */
export async function chooseRequest(facts: FixFacts, session: FixSession): Promise<FixRequest> {
  const { diagnosis, runs, scope } = facts
  const { secretName } = session.options
  const unfinished = unfinishedRegistries(runs, { secretName, ...journaledScope(scope) })
  const chosen = await chooseRemedies(session, facts, { isUnfinished: unfinished.length > 0 })
  const found = await findLogins(session, diagnosis.findings, { ...chosen, unfinished })
  return { ...chosen, logins: await confirmOtherLogins(session, facts, found) }
}

/**
 * Returns the logins that may be distributed. Anyone who can start pods in the cluster can name a registry. So for more than one namespace,
 * asks the user about each registry that no flag names; without an answer, that login is not distributed. The same applies, in any scope,
 * to a login that a helper creates for this machine's own identity.
 */
export async function confirmOtherLogins(
  { options, context }: FixSession,
  { scope, diagnosis: { findings } }: Pick<FixFacts, 'scope' | 'diagnosis'>,
  logins: Logins,
): Promise<Logins> {
  const asks = context.ask.available && !options.yes
  const open = logins.credentials.filter(credential => !mayDistributeUnasked(credential, scope, logins))
  const named = [...logins.named]
  const refused: string[] = []
  for (const [registry, own] of Map.groupBy(open, credential => credential.registry)) {
    const places = [
      ...new Set(findings.filter(each => each.registry === registry).map(each => each.namespace)),
    ]
    const question = otherLoginQuestion(own.map(planCredentialOf), places.sort())
    if (asks && (await context.ask.confirm(question))) named.push(registry)
    else refused.push(registry)
  }
  return {
    ...logins,
    credentials: logins.credentials.filter(({ registry }) => !refused.includes(registry)),
    named,
    unnamed: [...logins.unnamed, ...refused],
  }
}

function mayDistributeUnasked(
  { registry, issuedByHelper, shortLived }: Credential,
  { namespaces }: PlanScope,
  { named }: Logins,
): boolean {
  if (named.includes(registry) || registry === DOCKER_HUB) return true
  return namespaces?.length === 1 && !issuedByHelper && !shortLived
}

/** The default replacement: Amazon ECR Public mirrors Docker's official images. Images that it lacks are left unchanged. */
const OFFICIAL_IMAGES: ReplacementRule = { from: DOCKER_HUB, to: 'public.ecr.aws/docker' }

type DiagnosedSnapshot = Pick<FixFacts, 'snapshot' | 'diagnosis'>

/**
 * Chooses the remedies.
 * @param last.isUnfinished whether the last fix ended early, according to its journal
 * @throws UsageError for a malformed --replace-registry; RefusedError if nothing was selected
 */
export async function chooseRemedies(
  { options, context }: FixSession,
  { snapshot, diagnosis }: DiagnosedSnapshot,
  last: { isUnfinished: boolean },
): Promise<Omit<FixRequest, 'logins'>> {
  const replacements = (options.remediesAskedFor.get('replace-registry') ?? []).map(readReplacement)
  const fitting = fittingRemedies(diagnosis.findings)
  const asks = context.ask.available && !options.yes && !hasChosen(options) && fitting.length > 1
  if (!asks) {
    const isContinued = last.isUnfinished || isHalfDone(options.secretName, snapshot)
    return { remedies: remediesByFlags(options, diagnosis, { isContinued }), replacements }
  }
  const { err } = context
  const invocation = invocationOf(context, options.connection)
  await err.write(remedyPreface(adviseDiagnosis(diagnosis), invocation, err.width))
  const ticked = await context.ask.choose(
    remedyQuestion(),
    fitting.map(offer => ({
      name: remedyChoice(offer, err.width),
      value: offer.remedy,
      checked: offer.remedy === 'authenticate' || offer.remedy === 'recreate',
    })),
  )
  if (ticked.length === 0) throw new RefusedError('No remedy was chosen. Nothing was changed.')
  const remedies = new Set<Remedy>(ticked)
  // Only new pods get the login, so `authenticate` includes `recreate`.
  if (remedies.has('authenticate')) remedies.add('recreate')
  for (const { remedy, needs } of fitting) if (needs !== null && remedies.has(remedy)) remedies.add(needs)
  return { remedies, replacements: remedies.has('replace-registry') ? [OFFICIAL_IMAGES] : [] }
}

function hasChosen(options: FixOptions): boolean {
  const { remediesAskedFor, registries, username, authenticate, recreate } = options
  const logins = registries.length > 0 || username !== undefined
  return remediesAskedFor.size > 0 || logins || !authenticate || !recreate
}

/** @param last.isContinued whether this fix continues one that distributed only some of its logins */
function remediesByFlags(
  options: FixOptions,
  { findings }: DiagnosedSnapshot['diagnosis'],
  last: { isContinued: boolean },
): Set<Remedy> {
  const isNeeded = (remedy: Remedy) => findings.some(({ remedies }) => remedies.includes(remedy))
  const namesLogin = options.registries.length > 0 || options.username !== undefined
  // With --replace-registry, the old registry needs no login unless a flag requests one.
  const leavesRegistry = options.remediesAskedFor.has('replace-registry') && !namesLogin
  const needsLogin = namesLogin || isNeeded('authenticate') || last.isContinued
  const distributes = needsLogin && !leavesRegistry
  // A login and another registry reach only new pods.
  const needsPods = distributes || leavesRegistry || isNeeded('recreate') || options.recreateBarePods
  const remedies = new Set<Remedy>()
  if (options.authenticate && distributes) remedies.add('authenticate')
  if (options.recreate && needsPods) remedies.add('recreate')
  for (const remedy of options.remediesAskedFor.keys()) remedies.add(remedy)
  return remedies
}

/**
 * Whether an interrupted fix attached its Secret to only some service accounts. Doesn't need the journal, which may be on another machine.
 */
function isHalfDone(secretName: string, { pods, serviceAccounts }: Snapshot): boolean {
  return serviceAccounts.some(
    ({ namespace, name, imagePullSecrets }) =>
      imagePullSecrets.includes(secretName) &&
      pods.some(
        pod =>
          pod.namespace === namespace && pod.serviceAccount === name && !pod.pullSecrets.includes(secretName),
      ),
  )
}

/** Whether the user will be asked to confirm the plan. */
export function asksBefore({ options, context }: Pick<FixSession, 'options' | 'context'>): boolean {
  return !options.yes && options.dryRun === 'none' && context.ask.available
}

/**
 * Asks for confirmation: a yes or, for large plans, the context's name, with one retry after a wrong word.
 * @throws RefusedError if no one can be asked or the answer is no
 */
export async function confirmPlan(
  { plan }: PreparedFix,
  { options, context, cluster }: FixSession,
): Promise<void> {
  if (options.yes) return
  const { ask } = context
  const { typed, question, again } = confirmation({ plan, cluster: cluster.context ?? cluster.server })
  await confirmWrite(ask, 'apply', async () => {
    if (typed === null) return ask.confirm(question)
    const answer = (await ask.text(question)).trim()
    return typed.includes(answer) || typed.includes((await ask.text(again(answer))).trim())
  })
}
