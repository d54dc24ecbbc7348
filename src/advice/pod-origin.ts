/** Steps that depend on what made the pod: a webhook or policy beside its template, a Deployment's revisions, a Job, a CronJob, or a program. */

import { clueOf, hasClue } from '../diagnosis/clues/clue.ts'
import { hasOwnList } from '../diagnosis/credential/credential-report.ts'
import { type Cause, type Finding, isRefusedOrMissing } from '../diagnosis/finding.ts'
import { parseReference } from '../image/reference.ts'
import { couldBeRewritten } from '../image/rewritten.ts'
import type { Step, StepCode } from './step/step.ts'
import { isAbout, runsOnNode } from './step/step-traits.ts'

/** Steps that change the name in the workload's template. */
const IN_TEMPLATE: readonly StepCode[] = [
  'set-image',
  'set-tag',
  'use-replacement',
  'roll-back',
  'check-name',
  'drop-registry',
  'name-version',
  'near-official',
  'near-tags',
  'near-repositories',
  'full-name',
  'drop-tag',
  'name-registry',
]

/** The steps where a webhook or a policy made the pod another one than its template: what is changed in the template does not reach the pod. */
export function admissionSteps(finding: Finding, given: Step[]): Step[] {
  const steps = withoutLostLogins(finding, given)
  // The template has the original name, and Zarf's own would be changed once more.
  if (steps[0]?.code === 'zarf-package') return steps.filter(({ code }) => !IN_TEMPLATE.includes(code))
  const changed = clueOf(finding.clues, 'changed-at-admission')
  // Which webhook that was is known, and what it was given.
  if (changed === undefined || hasClue(finding.clues, 'zarf-twice')) return steps
  const { template, policies } = changed
  const doubled = clueOf(finding.clues, 'doubled-prefix')?.prefix ?? null
  const correct: Step = { code: 'correct-admission', template, policies, doubled }
  const rest = steps.filter(({ code }) => !IN_TEMPLATE.includes(code))
  // What pins images did so as it should: the digest has gone since, and the next pod gets the one of today.
  if (template !== null && finding.cause === 'image-not-found' && isPinned(finding.image, template))
    return [{ code: 'resolve-again', template }, ...rest]
  // Otherwise the name that the webhook made may be right. What it adds itself has no other place, whatever the image lacks.
  const isName = NAME_FAILS.includes(finding.cause) || (template === null && OF_IMAGE.includes(finding.cause))
  if (isName && template !== null && isSetOnPod(finding, template, policies))
    return [{ code: 'delete-changed-pod', template }, { ...correct, again: true }, ...rest]
  const { annotation } = changed
  const named: Step = annotation === undefined ? correct : { ...correct, annotation }
  if (isName || doubled !== null) return [isName ? named : correct, ...rest]
  // A registry that refuses the name may not be where the template's image is from.
  const place = template !== null && isRefusedOrMissing(finding.cause) ? 1 : rest.length
  return rest.toSpliced(place, 0, correct)
}

/** Controllers that replace a deleted pod at once. */
const REPLACING: readonly string[] = [
  'Deployment',
  'ReplicaSet',
  'ReplicationController',
  'StatefulSet',
  'DaemonSet',
]

/**
 * Whether no webhook for mirrors or digests makes this image of the template's, as with another tag: the image is what can be changed in a pod
 * that exists, and only in that pod.
 */
function isSetOnPod({ image, workload }: Finding, template: string, policies: readonly string[]): boolean {
  const isReplaced = workload !== null && workload.group === undefined && REPLACING.includes(workload.kind)
  return isReplaced && policies.length === 0 && !couldBeRewritten(image, template)
}

/** Whether the image is that of the template and a digest, as policies write it that resolve tags (Kyverno's verifyImages with mutateDigest, Connaisseur, Sigstore's policy controller). */
function isPinned(image: string, template: string): boolean {
  return (
    image.startsWith(`${template}@sha256:`) ||
    image.startsWith(`${template.replace(/:[\w.-]+$/, '')}@sha256:`)
  )
}

/** A login that is added to the template's list does not reach the pod either where something replaces that list. */
function withoutLostLogins({ credential }: Finding, steps: Step[]): Step[] {
  const isReplaced = credential.hints?.some(hint => hint.code === 'not-named' && hint.dropped) === true
  return isReplaced ? steps.filter(({ code }) => code !== 'distribute-login') : steps
}

/** Causes that lie in the name of the image. */
const NAME_FAILS: readonly Cause[] = ['image-not-found', 'invalid-reference']

/** Causes that lie in the image itself, so that an older one may be right. */
const OF_IMAGE: readonly Cause[] = [
  'image-not-found',
  'invalid-reference',
  'platform-mismatch',
  'unsupported-manifest',
]

/** What deploys a managed workload would undo it. */
export function rollBack({ cause, clues, workload, managedBy }: Finding): Step[] {
  const older = clueOf(clues, 'older-serves')
  if (older === undefined || !OF_IMAGE.includes(cause)) return []
  if (workload?.kind !== 'Deployment' || managedBy !== undefined) return []
  const { revision, pods } = older
  return [{ code: 'roll-back', deployment: workload.name, revision, pods }]
}

/** Steps that help only pods which a Job creates afterward, as a login on its service account. */
const NEEDS_NEW_POD: readonly StepCode[] = ['distribute-login', 'cluster-login', 'recreate-pods']

/** Steps that change the template of a Job, which is immutable, so that they reach only a new Job. */
const NEEDS_NEW_JOB: readonly StepCode[] = ['replace-registry']

/** What a Job needs after them follows at once. A secret that its pod names already is read at the pod's next attempt. */
export function withRecreatedJob({ workload, clues, credential }: Finding, steps: Step[]): Step[] {
  // Only what made the Job can make another one.
  if (workload?.kind !== 'Job' || hasClue(clues, 'made-by')) return steps
  const ofPod = steps.findLastIndex(
    step =>
      NEEDS_NEW_POD.includes(step.code) && !(step.code === 'distribute-login' && step.secret !== undefined),
  )
  const ofJob = steps.findLastIndex(({ code }) => NEEDS_NEW_JOB.includes(code))
  const last = Math.max(ofPod, ofJob)
  if (last === -1) return steps
  const isOwnList = hasOwnList({ credential })
  const reached = ofPod === -1 || isOwnList ? 'by-job' : ofJob === -1 ? 'by-pod' : 'either'
  return steps.toSpliced(last + 1, 0, { code: 'recreate-job', reached })
}

/** Only a new run gets a new login, and nothing but its program can start one. */
export function withNewRun({ clues, credential }: Finding, steps: Step[]): Step[] {
  const made = clueOf(clues, 'made-by')
  if (made === undefined) return steps
  const { maker } = made
  const again: Step = { code: 'run-again', maker }
  const isOwnList = hasOwnList({ credential })
  return steps.flatMap((step): Step[] => {
    if (step.code === 'recreate-pods') return [again]
    if (step.code !== 'distribute-login' && step.code !== 'cluster-login') return [step]
    // The login is there, and the next pod gets it once the names are right.
    if (steps.some(({ code }) => code === 'untranslated-secret')) return [again]
    return [isOwnList ? { code: 'login-of-maker', maker, registry: step.registry } : step, again]
  })
}

/** Steps that change the CronJob, so that its next run has another image. */
const CHANGES_RUNS: readonly StepCode[] = [
  'set-image',
  'set-tag',
  'use-replacement',
  'correct-registry',
  'drop-default-registry',
  'append-system',
  'correct-path',
  'drop-scheme',
  'drop-surplus-tag',
  'drop-tag',
  'fill-placeholder',
  'full-name',
  'name-not-id',
  'name-registry',
  'name-version',
  'quote-number',
  'quote-tag',
  'undouble-prefix',
  'write-digest',
  'zarf-once',
]

/** Whether the step changes the template's own list of pull secrets, of which each Job has a copy. */
function namesSecret(step: Step, credential: Finding['credential']): boolean {
  if (step.code !== 'use-known-secret' || step.hint.code !== 'not-named' || step.hint.dropped) return false
  if (step.hint.misspelled !== undefined) return step.hint.listedIn === 'template'
  return hasOwnList({ credential })
}

/** The Job keeps the image that the CronJob had. It has to go at once where no other run starts before it ends. */
export function runSteps({ clues, workload, credential }: Finding, steps: Step[]): Step[] {
  const run = clueOf(clues, 'run-of-cron-job')
  const ofImage = steps.findLastIndex(({ code }) => CHANGES_RUNS.includes(code))
  const last = ofImage === -1 ? steps.findLastIndex(step => namesSecret(step, credential)) : ofImage
  if (run === undefined || workload === null || last === -1) return steps
  const keeps = ofImage === -1 ? { keeps: 'secrets' as const } : {}
  const deletion: Step = { code: 'delete-run', cronJob: workload.name, corrected: null, ...keeps }
  if (ofImage === -1) return steps.toSpliced(last + 1, 0, deletion)
  if (run.forbidsOthers !== true) return [...steps, deletion]
  const urgent = steps.slice(0, last + 1).filter(({ code }) => code !== 'ask-registry')
  return [...urgent, deletion, ...steps.filter(step => !urgent.includes(step))]
}

/** The template may be correct already, and no login reaches a pod that is never replaced: delete it; its node may need a step, too. */
export function outgoingSteps(finding: Finding, steps: Step[]): Step[] {
  const { outgoing, node } = finding
  if (outgoing === undefined) return renewalSteps(finding, steps)
  const ofNode = node === null ? [] : steps.filter(isForNode)
  return [{ code: 'delete-outgoing-pod' }, ...ofNode]
}

const isForNode = (step: Step) => runsOnNode(step) || isAbout('node', step)

/**
 * The owner has another image by now, so that the name of this one needs no check and the template no change: only a pod of the newest template
 * helps. Below a partition, it helps as well to get this image.
 */
function renewalSteps(finding: Finding, steps: Step[]): Step[] {
  const { cause, clues, workload, node } = finding
  const changed = clueOf(clues, 'template-changed')
  if (changed === undefined) return steps
  const { image, owner, renewal } = changed
  const renew: Step =
    renewal.by === 'run' && workload !== null
      ? { code: 'delete-run', cronJob: workload.name, corrected: image }
      : { code: 'renew-pod', image, owner, renewal }
  const rest = steps.filter(({ code }) => !IN_TEMPLATE.includes(code) && code !== 'delete-run')
  if (renewal.by === 'partition') return [renew, ...rest]
  // The newer pods of a rollout have steps of their own.
  if (isAlsoRefused(finding, image) && renewal.by !== 'rolling') return rest.toSpliced(1, 0, renew)
  const ofNode = node === null || OF_IMAGE.includes(cause) ? [] : steps.filter(isForNode)
  return [renew, ...ofNode]
}

/** Whether a registry that refused the pull will refuse the newer image as well: it decides for the repository, not for the tag. */
function isAlsoRefused({ cause, reference }: Finding, newer: string): boolean {
  const [one, other] = [reference, newer].map(name => (name === null ? null : parseReference(name)))
  const isSame = one?.registry === other?.registry && one?.repository === other?.repository
  return cause === 'auth-required-or-denied' && isSame
}
