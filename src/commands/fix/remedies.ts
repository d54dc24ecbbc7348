/** Which remedies a fix applies: by flag, by tick on a terminal, or those that the findings call for. */

import { adviseDiagnosis } from '../../advice/add-steps.ts'
import type { Diagnosis } from '../../diagnosis/finding.ts'
import { fittingRemedies, type Remedy } from '../../diagnosis/remedy.ts'
import { RefusedError, UsageError } from '../../errors.ts'
import { DOCKER_HUB } from '../../image/docker-hub.ts'
import type { Replacement } from '../../plan/plan-input.ts'
import { remedyChoice, remedyQuestion } from '../../report/views/questions.ts'
import type { Snapshot } from '../../snapshot/snapshot.ts'
import { invocationOf } from '../invocation.ts'
import type { FixOptions, FixSession } from './session.ts'

/** Amazon's public registry carries Docker's official images; where an image is not there, it stays. */
const OFFICIAL_IMAGES: Replacement = { from: DOCKER_HUB, to: 'public.ecr.aws/docker' }

/** What is known of fixes before this one. */
export interface Earlier {
  snapshot: Snapshot
  /** The last one ended early, as its journal says. */
  unfinished: boolean
}

export interface Choice {
  remedies: Set<Remedy>
  replacements: Replacement[]
}

/** The remedies. @throws UsageError for a malformed --replace-registry; RefusedError where nothing was ticked */
export async function chooseRemedies(
  { options, context }: FixSession,
  diagnosis: Diagnosis,
  earlier: Earlier,
): Promise<Choice> {
  const replacements = (options.remediesAskedFor.get('replace-registry') ?? []).map(readReplacement)
  const fitting = fittingRemedies(diagnosis.findings)
  const asks = context.ask.available && !options.yes && !hasChosen(options) && fitting.length > 1
  if (!asks) return { remedies: byFlags(options, diagnosis, earlier), replacements }
  const ticked = await context.ask.choose(
    remedyQuestion(adviseDiagnosis(diagnosis), invocationOf(context, options.connection)),
    fitting.map(({ remedy, findings }) => ({
      name: remedyChoice(remedy, findings),
      value: remedy,
      checked: remedy === 'authenticate' || remedy === 'recreate',
    })),
  )
  if (ticked.length === 0) throw new RefusedError('No remedy was chosen. Nothing was changed.')
  const remedies = new Set<Remedy>(ticked)
  // A login reaches only new pods, so the two go together.
  if (remedies.has('authenticate')) remedies.add('recreate')
  return { remedies, replacements: remedies.has('replace-registry') ? [OFFICIAL_IMAGES] : [] }
}

function hasChosen(options: FixOptions): boolean {
  const { remediesAskedFor, registries, username, authenticate, recreate } = options
  const logins = registries.length > 0 || username !== undefined
  return remediesAskedFor.size > 0 || logins || !authenticate || !recreate
}

function byFlags(
  options: FixOptions,
  { findings }: Diagnosis,
  { snapshot, unfinished }: Earlier,
): Set<Remedy> {
  const calls = (remedy: Remedy) => findings.some(({ remedies }) => remedies.includes(remedy))
  const asked = options.registries.length > 0 || options.username !== undefined
  const halfDone = unfinished || isHalfDone(options.secretName, snapshot)
  // Another registry needs no login for the one that is left, unless that was asked for as well.
  const elsewhere = options.remediesAskedFor.has('replace-registry') && !asked
  const login = !elsewhere && (asked || calls('authenticate') || halfDone)
  const remedies = new Set<Remedy>()
  if (options.authenticate && login) remedies.add('authenticate')
  if (options.recreate && (login || elsewhere || calls('recreate') || options.recreateBarePods))
    remedies.add('recreate')
  for (const remedy of options.remediesAskedFor.keys()) remedies.add(remedy)
  return remedies
}

/** Seen without a journal, from another machine: a fix that was interrupted has attached its Secret to some service accounts; the rest is still to be done. */
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

function readReplacement(text: string): Replacement {
  const [from = '', to = '', ...more] = text.split('=')
  if (from !== '' && to !== '' && more.length === 0) return { from, to }
  throw new UsageError(
    `--replace-registry takes FROM=TO, such as docker.io=public.ecr.aws/docker or nginx=quay.io/team/nginx:1.27, not "${text}".`,
  )
}
