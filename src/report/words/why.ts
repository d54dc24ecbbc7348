/** The words of `why`: policies, verdicts, and each problem with its fix. */

import type { AdvisedContainer, AdvisedProblem, AdvisedWhy } from '../../advice/add-steps.ts'
import type { Step, StepCode } from '../../advice/step/step.ts'
import { hasClue } from '../../diagnosis/clues/clue.ts'
import type { AttemptProblem } from '../../diagnosis/credential/credential-report.ts'
import type { CredentialState, Obstacle, WhyContainer } from '../../diagnosis/why-report.ts'
import { cloudOf } from '../../image/cloud-registries.ts'
import type { PullPolicy } from '../../snapshot/pod.ts'
import { type Invocation, kubectlCommand } from '../invocation.ts'
import { shellWord } from '../sanitize.ts'
import { titleOf } from './causes.ts'
import { isStatic, loginFixCommand, whyCommand } from './commands.ts'
import { isAnonymous, UNNAMED } from './credential/credential.ts'
import { problemText, readSecret } from './credential/credential-problems.ts'
import type { ContainerPlace } from './edits/container-place.ts'
import { otherDebugContainer } from './edits/edit-elsewhere.ts'
import { setImages } from './edits/edits.ts'
import { joinList, namedList, pluralize, registryLabel, shortList, uncapitalize } from './nouns.ts'
import type { StepText } from './step-words.ts'
import { DEBUG_LOGIN, kubeletLogin } from './steps/logins.ts'
import { repairSecret } from './steps/malformed-secret.ts'
import { stepsOf } from './steps.ts'
import { isMissingFromLog } from './wait/wait-next.ts'

export const POLICY: Record<PullPolicy, string> = {
  Always: 'the kubelet asks the registry at every start',
  IfNotPresent: 'the kubelet pulls only what is not on the node',
  Never: 'the kubelet never pulls; the image must be on the node already',
}

const VERDICT: Record<CredentialState, string> = {
  anonymous: 'the kubelet pulls without a login',
  authenticated: 'the kubelet pulls with a login',
  blocked: 'the kubelet refuses before it contacts a registry',
  unknown: 'pullguard could not see which login the kubelet uses',
}

/** Returns what the kubelet pulls with. */
export function verdictText({
  verdict,
  registry,
  pullPolicy,
  attempts,
  finding,
}: Pick<WhyContainer, 'verdict' | 'registry' | 'pullPolicy' | 'attempts' | 'finding'>): string {
  if (hasClue(finding?.clues ?? [], 'guest'))
    return "the guest's own configuration is used, which can't be read from here"

  if (verdict === 'unknown' && attempts.length === 0)
    return "the node's own configuration is used, which can't be read from here"
  if (pullPolicy === 'Never' && verdict !== 'blocked') return 'the kubelet does not pull, so no login is used'
  if (verdict === 'authenticated' && !attempts.some(({ usable }) => usable))
    return `the pod has no login; the node's own ${cloudOf(registry) === null ? 'login' : 'identity'} was used`
  return verdict === 'anonymous' && (finding === null || !isAnonymous(finding))
    ? `the pod has no ${attempts.length === 0 ? '' : 'usable '}login; the node may have its own`
    : VERDICT[verdict]
}

/** Returns why no credential is listed. */
export function withoutAttempts({
  verdict,
  unnamed,
  problems,
}: Pick<AdvisedContainer, 'verdict' | 'unnamed' | 'problems'>): string {
  // The pull secrets may well be right for the name that is meant.
  if (problems.some(({ code }) => code === 'invalid-reference'))
    return 'none was looked up, as the image name is invalid'
  if (verdict === 'unknown') return "the pod's pull secrets are not used"
  return unnamed ? `none: ${UNNAMED}` : 'none: the pod names no pull secret'
}

/** Where a problem is, and how the user started the program. */
export interface ProblemContext {
  why: AdvisedWhy
  container: AdvisedContainer
  invocation: Invocation
}

type Problem<Code extends AdvisedProblem['code']> = Extract<AdvisedProblem, { code: Code }>
interface ProblemWords<P> {
  /** One sentence without a period. */
  sentence(problem: P, context: ProblemContext): string
  /** What to do if the pull has not failed, or its first step is a general one. */
  next?(problem: P, context: ProblemContext): StepText
}

/** Suggests `fix` if it can help the pod; it can't help a static pod or a debug container. */
function fix(text: string, context: ProblemContext): StepText {
  const { why, container, invocation } = context
  if (isStatic(why)) return kubeletLogin()
  if (container.kind === 'ephemeral')
    return otherDebugContainer(invocation, why.namespace, why.pod, DEBUG_LOGIN)
  const { registry, finding } = container
  return {
    text,
    command: loginFixCommand(invocation, [{ ...why, registry, ...(finding && { steps: finding.steps }) }]),
  }
}

/** Problems that could not be read, so it is unknown whether they need a fix. */
const isUnread = (problem: AttemptProblem): problem is 'secret-forbidden' | 'secret-unread' =>
  problem === 'secret-forbidden' || problem === 'secret-unread'

/** How to repair the secret itself. */
const REPAIR: Partial<Record<AttemptProblem, (secret: string) => string>> = {
  'secret-missing': secret => `Create secret ${secret}`,
  'impossible-name': secret => `Write a name other than ${secret}, which no Secret can have`,
  'wrong-type': secret => `Recreate secret ${secret} with type kubernetes.io/dockerconfigjson`,
  'wrong-layout': secret => `Recreate secret ${secret} with a type and a layout that fit each other`,
  'key-never-matches': secret => `Correct the key in secret ${secret}`,
}

const PROBLEMS: { [Code in AdvisedProblem['code']]: ProblemWords<Problem<Code>> } = {
  'invalid-reference': {
    sentence: ({ detail }, { container }) => `${container.image} is not an image name: ${detail}`,
    next: (_problem, context) =>
      setImages(context.invocation, [{ ...containerPlace(context), known: '', open: '<image>' }]),
  },
  'never-pull': {
    sentence: () => 'the pull policy is Never, and the node has no image that this pod can use',
  },
  'malformed-secret': {
    sentence: ({ secret }) =>
      `secret ${secret} is malformed, and one such secret fails every image of the pod`,
    next: ({ secret }, { why, invocation }) => repairSecret(invocation, { namespace: why.namespace, secret }),
  },
  'service-account-secrets-ignored': {
    sentence: ({ serviceAccount, secrets }, { container }) =>
      `the pod ${container.unnamed ? 'has a list of pull secrets of its own (with an entry that has no name)' : 'names its own pull secrets'}, so those of service account ${serviceAccount} (${joinList(secrets)}) are not used`,
    next: (_problem, context) =>
      fix("Add a pull secret with a login to the pod template's own list", context),
  },
  'service-account-changed-later': {
    sentence: ({ serviceAccount, secrets, unlessListed }) =>
      `service account ${serviceAccount} now has pull secrets (${joinList(secrets)}), which this pod does not name; only new pods${unlessListed ? ' without a list of their own' : ''} get them`,
    next: (_problem, context) => fix('Recreate the pod', context),
  },
  'no-credential': {
    sentence: ({ registry }) => `the pod has no login for ${registryLabel(registry)}`,
  },
  'credential-unused': {
    sentence: ({ registry, secrets }, { container }) => {
      const names = namedList('secret', secrets)
      const plural = secrets.length > 1
      return container.finding?.credential.cameLater === true
        ? `${names} ${plural ? 'are' : 'is'} newer than the last attempt${container.finding.credential.contradicted ? ', which had no login to send' : ''}`
        : `${registryLabel(registry)} saw no login, although ${names} ${plural ? 'have' : 'has'} one`
    },
    next: (_problem, { container }) => ({
      text:
        container.finding?.credential.cameLater === true
          ? 'Wait for the next attempt, within five minutes, or delete the pod, if its controller replaces it: the new one pulls with the secret at once'
          : 'If the secret was changed after the last attempt, wait for the next one, within five minutes, or delete the pod, if its controller replaces it. If that fails the same way, a mirror or cache between the node and the registry is pulling without the login',
    }),
  },
  attempt: {
    sentence: ({ secret, key, problem }, { container }) => {
      const same = container.attempts.find(tried => tried.secret === secret && tried.problem === problem)
      return `secret ${secret} ${problemText(problem, same ?? { key })}`
    },
    next: ({ problem, secret }, context) =>
      isUnread(problem)
        ? readSecret(context.why.namespace, problem, secret)
        : fix(
            `${(REPAIR[problem] ?? (name => `Correct secret ${name}`))(secret)}, or give the pod a login that works`,
            context,
          ),
  },
  'pull-failed': {
    sentence: ({ finding }, { invocation }) => uncapitalize(titleOf({ invocation, findings: [finding] })),
  },
}

/** Returns what is wrong, as a sentence without a period that can follow a colon. */
export function whyProblem(problem: AdvisedProblem, context: ProblemContext): string {
  // Each code's words take that code's problem; the compiler can't follow the code through the union.
  return PROBLEMS[problem.code].sentence(problem as never, context)
}

/** First steps of a diagnosis that say less than the words of a problem. */
const GENERAL: ReadonlySet<StepCode> = new Set(['see-why', 'distribute-login', 'restart-pull', 'read-all'])

/** Whether a problem's own words say more than this step; one that names the missing secret is as precise. */
function isGeneral(step: Step): boolean {
  return GENERAL.has(step.code) && !(step.code === 'distribute-login' && step.secret !== undefined)
}

/** Returns what fixes the problem: the first step of the pull's diagnosis, unless the problem has more precise words for it. */
export function whyNextStep(problem: AdvisedProblem, context: ProblemContext): StepText | undefined {
  const { finding } = context.container
  const own = PROBLEMS[problem.code].next?.(problem as never, context)
  if (finding === null || (own !== undefined && isGeneral(finding.steps[0]))) return own
  const texts = stepsOf([finding], context.invocation)
  const step = texts.find((_text, index) => finding.steps[index]?.code !== 'see-why')
  if (step?.command !== whyCommand(context.invocation, context.why)) return step
  // This is the output of that command.
  const { command: _shown, ...rest } = step
  return rest
}

/** Says what keeps the pod from running, without a period. */
export function obstacleText({ code, container, reason }: Obstacle): string {
  const given = reason === '' ? '' : `: ${reason}`
  switch (code) {
    case 'unscheduled':
      return 'The scheduler has not found a node for the pod'
    case 'deleting':
      return 'The pod is being deleted, so its kubelet no longer pulls anything'
    case 'failed':
      return `The pod has failed${given}`
    case 'initializing':
      return `Init container ${container} is still running`
    case 'starting':
      return `Container ${container} has not been created yet${given}`
    case 'not-running':
      return `Container ${container} is not running${given}`
    case 'not-ready':
      return `Container ${container} is running, but not ready`
  }
}

/** Returns what shows the reason. */
export function obstacleStep(
  { code, container, reason }: Obstacle,
  { namespace, pod }: AdvisedWhy,
  invocation: Invocation,
): StepText {
  if (code === 'deleting')
    return {
      text: 'See since when, and whether finalizers keep it',
      command: kubectlCommand(
        invocation,
        `get pod ${shellWord(pod)} -o jsonpath='{.metadata.deletionTimestamp} {.metadata.finalizers}{"\\n"}'`,
        namespace,
      ),
    }
  const isInLog = (code === 'not-running' || code === 'initializing') && !isMissingFromLog(reason)
  return isInLog && container !== null
    ? {
        text: 'Read the log of the container',
        command: kubectlCommand(invocation, `logs ${shellWord(pod)} -c ${shellWord(container)}`, namespace),
      }
    : {
        text: "See the pod's conditions and events",
        command: kubectlCommand(invocation, `describe pod ${shellWord(pod)}`, namespace),
      }
}

function containerPlace({ why, container }: ProblemContext): ContainerPlace {
  const { namespace, pod, workload } = why
  const place = { namespace, pod, workload, container: container.container, containerKind: container.kind }
  // The finding's own fields tell what deploys the workload, and what an edit alone does not replace.
  return container.finding ?? place
}

/** Says that other pods fail in the same way. */
export function alikeText(others: readonly string[]): string {
  const verb = others.length === 1 ? 'is' : 'are'
  return `${pluralize(others.length, 'more pod')} ${verb} failing in the same way: ${shortList(others, 8)}`
}
