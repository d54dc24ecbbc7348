/** Chooses the remedies of a fix: from flags, from answers at a terminal, or those that the findings need. */

import { adviseDiagnosis } from '../../advice/add-steps.ts'
import type { Diagnosis, Remedy } from '../../diagnosis/finding.ts'
import { fittingRemedies, type RemedyOffer } from '../../diagnosis/remedy.ts'
import { RefusedError } from '../../errors.ts'
import { DOCKER_HUB } from '../../image/docker-hub.ts'
import type { ReplacementRule } from '../../image/replacement.ts'
import { remedyChoice, remedyPreface, remedyQuestion } from '../../report/views/questions.ts'
import type { Snapshot } from '../../snapshot/snapshot.ts'
import { invocationOf, readReplacement } from '../shared-flags.ts'
import type { FixFacts } from './fix-facts.ts'
import type { FixOptions, FixSession } from './session.ts'

/** The default replacement: Amazon ECR Public mirrors Docker's official images. Images that it lacks are left unchanged. */
const OFFICIALS_FROM_AMAZON: ReplacementRule = { from: DOCKER_HUB, to: 'public.ecr.aws/docker' }

type DiagnosedSnapshot = Pick<FixFacts, 'snapshot' | 'diagnosis'>

export interface ChosenRemedies {
  remedies: ReadonlySet<Remedy>
  replacements: ReplacementRule[]
}

/**
 * Chooses the remedies.
 * @param last.isUnfinished whether the last fix ended early, according to its journal
 * @throws UsageError for a malformed --replace-registry; RefusedError if nothing was selected
 */
export async function chooseRemedies(
  session: FixSession,
  { snapshot, diagnosis }: DiagnosedSnapshot,
  last: { isUnfinished: boolean },
): Promise<ChosenRemedies> {
  const { options, context } = session
  const replacements = (options.remediesAskedFor.get('replace-registry') ?? []).map(readReplacement)
  const fitting = fittingRemedies(diagnosis.findings)
  const asks = context.ask.available && !options.yes && !hasChosen(options) && fitting.length > 1
  if (asks) return askForRemedies(fitting, diagnosis, session)
  const isContinued = last.isUnfinished || isHalfDone(options.secretName, snapshot)
  return { remedies: remediesByFlags(options, diagnosis, { isContinued }), replacements }
}

async function askForRemedies(
  fitting: RemedyOffer[],
  diagnosis: Diagnosis,
  { options, context }: FixSession,
): Promise<ChosenRemedies> {
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
  return { remedies, replacements: remedies.has('replace-registry') ? [OFFICIALS_FROM_AMAZON] : [] }
}

function hasChosen(options: FixOptions): boolean {
  const { remediesAskedFor, registries, username, authenticate, recreate } = options
  const logins = registries.length > 0 || username !== undefined
  return remediesAskedFor.size > 0 || logins || !authenticate || !recreate
}

/** @param last.isContinued whether this fix continues one that distributed only some of its logins */
function remediesByFlags(
  options: FixOptions,
  { findings }: Diagnosis,
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
