/** The words of `why`: policies, verdicts, and each broken link with its fix. */

import type { AdvisedContainer, AdvisedProblem, AdvisedWhy } from '../../advice/add-steps.ts'
import type { AttemptProblem } from '../../diagnosis/finding.ts'
import type { Verdict, WhyContainer } from '../../diagnosis/why-report.ts'
import { cloudOf } from '../../image/registries.ts'
import type { PullPolicy } from '../../snapshot/pod.ts'
import type { Invocation } from '../invocation.ts'
import { titleOf } from './causes.ts'
import { isStatic, loginCommand, loginFixCommand } from './commands.ts'
import { problemText } from './credential.ts'
import { type ContainerPlace, editField, otherDebugContainer, setImages } from './edits.ts'
import { joinList, pluralize, registryLabel, shortList } from './nouns.ts'
import type { StepText } from './step-words.ts'
import { DEBUG_LOGIN, KUBELET_LOGIN, repairSecret } from './steps/logins.ts'
import { stepsOf } from './steps.ts'

export const POLICY: Record<PullPolicy, string> = {
  Always: 'the kubelet asks the registry at every start',
  IfNotPresent: 'the kubelet pulls only what is not on the node',
  Never: 'the kubelet never pulls; the image must be on the node already',
}

const VERDICT: Record<Verdict, string> = {
  anonymous: 'the kubelet pulls without a login',
  authenticated: 'the kubelet pulls with a login',
  blocked: 'the kubelet gives up before it asks a registry',
  unknown: 'could not read which login the kubelet has',
}

/** Returns what the kubelet pulls with. */
export function verdictText({
  verdict,
  registry,
  pullPolicy,
  attempts,
}: Pick<WhyContainer, 'verdict' | 'registry' | 'pullPolicy' | 'attempts'>): string {
  if (verdict === 'unknown' && attempts.length === 0)
    return "the node's own configuration is used, which can't be read from here"
  if (pullPolicy === 'Never' && verdict !== 'blocked') return 'the kubelet does not pull, so no login is used'
  return verdict === 'anonymous' && cloudOf(registry) !== null
    ? 'the pod has no login; the node may have its own'
    : VERDICT[verdict]
}

/** Where a broken link is, and how the user started the program. */
export interface ProblemContext {
  why: AdvisedWhy
  container: AdvisedContainer
  invocation: Invocation
}

type Problem<Code extends AdvisedProblem['code']> = Extract<AdvisedProblem, { code: Code }>
interface ProblemWords<P> {
  /** One sentence without a period. */
  sentence(problem: P, context: ProblemContext): string
  next(problem: P, context: ProblemContext): StepText
}

/** Suggests `fix` if it can help the pod; it can't help a static pod or a debug container. */
function fix(text: string, context: ProblemContext): StepText {
  const { why, container, invocation } = context
  if (isStatic(why)) return KUBELET_LOGIN
  if (container.kind === 'ephemeral')
    return otherDebugContainer(invocation, why.namespace, why.pod, DEBUG_LOGIN)
  return { text, command: loginFixCommand(invocation, [{ ...why, registry: container.registry }]) }
}

/** Problems that could not be read, so it is unknown whether they need a fix. */
const UNREAD: Partial<Record<AttemptProblem, (why: AdvisedWhy) => StepText>> = {
  'secret-forbidden': ({ namespace }) => ({
    text: `Ask for permission to get secrets in ${namespace}, then run the command again`,
  }),
  'secret-unread': () => ({
    text: 'Run the command again where the secret can be read: against the cluster, or on a dump that includes secrets',
  }),
}

/** How to repair the secret itself. */
const REPAIR: Partial<Record<AttemptProblem, (secret: string) => string>> = {
  'secret-missing': secret => `Create secret ${secret}`,
  'wrong-type': secret => `Recreate secret ${secret} with type kubernetes.io/dockerconfigjson`,
  'wrong-layout': secret => `Recreate secret ${secret} with the type that fits its content`,
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
    next: (_problem, context) =>
      editField(context.invocation, containerPlace(context), 'Set imagePullPolicy to IfNotPresent'),
  },
  'malformed-secret': {
    sentence: ({ secret }) =>
      `secret ${secret} is malformed, and one such secret fails every image of the pod`,
    next: ({ secret }, { why, invocation }) => repairSecret(invocation, why.namespace, secret),
  },
  'service-account-secrets-ignored': {
    sentence: ({ serviceAccount, secrets }) =>
      `the pod names its own pull secrets, so those of service account ${serviceAccount} (${joinList(secrets)}) are not used`,
    next: (_problem, context) => fix("Add a credential to the pod template's own list", context),
  },
  'service-account-changed-later': {
    sentence: ({ serviceAccount, secrets }) =>
      `service account ${serviceAccount} got its pull secrets (${joinList(secrets)}) after this pod was created; only new pods get them`,
    next: (_problem, context) => fix('Recreate the pod', context),
  },
  'no-credential': {
    sentence: ({ registry }) => `the pod has no credential for ${registryLabel(registry)}`,
    next: ({ registry }, context) =>
      firstStepOf(context) ??
      fix(`Run \`${loginCommand(registry)}\`, then distribute that login to the pod`, context),
  },
  'credential-unused': {
    sentence: ({ registry, secrets }) =>
      `${registryLabel(registry)} saw no login, although ${secrets.length === 1 ? `secret ${secrets[0]} has` : `secrets ${joinList(secrets)} have`} one`,
    next: () => ({
      text: 'If the secret is newer than the last attempt, delete the pod: its replacement pulls at once. If that fails the same way, a mirror or cache between the node and the registry is pulling without the login',
    }),
  },
  attempt: {
    sentence: ({ secret, key, problem }, { container }) => {
      const same = container.attempts.find(tried => tried.secret === secret && tried.problem === problem)
      return `secret ${secret} ${problemText(problem, same ?? { key })}`
    },
    next: ({ problem, secret }, context) =>
      UNREAD[problem]?.(context.why) ??
      fix(
        `${(REPAIR[problem] ?? (name => `Correct secret ${name}`))(secret)}, or give the pod a working credential`,
        context,
      ),
  },
  'pull-failed': {
    sentence: ({ finding }, { invocation }) => {
      const context = { invocation, findings: [finding] } as const
      return titleOf(context)
    },
    next: ({ finding }, { invocation }) => stepsOf([finding], invocation)[0],
  },
}

/** Returns what is broken, as one sentence without a period. */
export function whyProblem(problem: AdvisedProblem, context: ProblemContext): string {
  // Each code's words take that code's problem; the compiler can't follow the code through the union.
  return PROBLEMS[problem.code].sentence(problem as never, context)
}

/** Returns what fixes the problem. */
export function whyNextStep(problem: AdvisedProblem, context: ProblemContext): StepText {
  return PROBLEMS[problem.code].next(problem as never, context)
}

/** Returns the best first step for the failed pull, which after a refusal may not be the login. */
function firstStepOf({ container, invocation }: ProblemContext): StepText | undefined {
  const failed = container.problems.find(problem => problem.code === 'pull-failed')
  return failed?.finding.cause === 'auth-required-or-denied'
    ? stepsOf([failed.finding], invocation)[0]
    : undefined
}

function containerPlace({ why, container }: ProblemContext): ContainerPlace {
  const { namespace, pod, workload } = why
  return { namespace, pod, workload, container: container.container, containerKind: container.kind }
}

/** Says that other pods fail in the same way. */
export function alikeText(others: readonly string[]): string {
  const verb = others.length === 1 ? 'is' : 'are'
  return `${pluralize(others.length, 'more pod')} ${verb} failing in the same way: ${shortList(others, 8)}`
}
