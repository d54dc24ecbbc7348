/** The words of `why`: policies, verdicts, and each broken link with its fix. */

import type { AdvisedContainer, AdvisedProblem, AdvisedWhy } from '../../advice/add-steps.ts'
import type { AttemptProblem } from '../../diagnosis/finding.ts'
import type { Verdict, WhyContainer } from '../../diagnosis/why-report.ts'
import { cloudOf } from '../../image/registries.ts'
import type { PullPolicy } from '../../snapshot/pod.ts'
import type { Invocation } from '../invocation.ts'
import { titleOf } from './causes.ts'
import { isStatic, loginCommand, loginFixCommand } from './commands.ts'
import { counted, someOf } from './count.ts'
import { problemText } from './credential.ts'
import { type ContainerPlace, editField, otherDebugContainer, setImages } from './edits.ts'
import { registryName } from './hosts.ts'
import type { Said } from './said.ts'
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

/** What the kubelet pulls with. */
export function verdictText({
  verdict,
  registry,
  pullPolicy,
  attempts,
}: Pick<WhyContainer, 'verdict' | 'registry' | 'pullPolicy' | 'attempts'>): string {
  if (verdict === 'unknown' && attempts.length === 0)
    return "the node's own configuration counts, which can't be seen from here"
  if (pullPolicy === 'Never' && verdict !== 'blocked') return 'the kubelet does not pull, so no login counts'
  return verdict === 'anonymous' && cloudOf(registry) !== null
    ? 'the pod brings no login; the node may have its own'
    : VERDICT[verdict]
}

/** What a broken link is about: where it is, and how the user started the program. */
export interface WhyPlace {
  why: AdvisedWhy
  container: AdvisedContainer
  invocation: Invocation
}

type Problem<Code extends AdvisedProblem['code']> = Extract<AdvisedProblem, { code: Code }>
interface ProblemWords<P> {
  /** One sentence without a full stop. */
  says(problem: P, place: WhyPlace): string
  next(problem: P, place: WhyPlace): Said
}

/** `fix`, where it reaches the pod; a static pod and a debug container it does not. */
function fix(say: string, place: WhyPlace): Said {
  const { why, container, invocation } = place
  if (isStatic(why)) return KUBELET_LOGIN
  if (container.kind === 'ephemeral')
    return otherDebugContainer(invocation, why.namespace, why.pod, DEBUG_LOGIN)
  return { say, command: loginFixCommand(invocation, [{ ...why, registry: container.registry }]) }
}
const listed = (names: readonly string[]) => names.join(', ')

/** It is unknown whether these have to be fixed. */
const UNREAD: Partial<Record<AttemptProblem, (why: AdvisedWhy) => Said>> = {
  'secret-forbidden': ({ namespace }) => ({
    say: `Ask for get on secrets in ${namespace}, and run it again`,
  }),
  'secret-unread': () => ({
    say: 'Run it again where the secret can be read: on the cluster, or on a dump with secrets in it',
  }),
}

/** What is done to the secret itself. */
const REPAIR: Partial<Record<AttemptProblem, (secret: string) => string>> = {
  'secret-missing': secret => `Create secret ${secret}`,
  'wrong-type': secret => `Recreate secret ${secret} with type kubernetes.io/dockerconfigjson`,
  'wrong-layout': secret => `Recreate secret ${secret} with the type that its content has`,
  'key-never-matches': secret => `Correct the key in secret ${secret}`,
}

const PROBLEMS: { [Code in AdvisedProblem['code']]: ProblemWords<Problem<Code>> } = {
  'invalid-reference': {
    says: ({ detail }, { container }) => `${container.image} is not an image name: ${detail}`,
    next: (_problem, place) =>
      setImages(place.invocation, [{ ...placeOf(place), known: '', open: '<image>' }]),
  },
  'never-pull': {
    says: () => 'the pull policy is Never, and the image is not on the node',
    next: (_problem, place) =>
      editField(place.invocation, placeOf(place), 'Set imagePullPolicy to IfNotPresent'),
  },
  'malformed-secret': {
    says: ({ secret }) => `secret ${secret} is malformed, and one such secret fails every image of the pod`,
    next: ({ secret }, { why, invocation }) => repairSecret(invocation, why.namespace, secret),
  },
  'service-account-secrets-ignored': {
    says: ({ serviceAccount, secrets }) =>
      `the pod names its own pull secrets, so those of service account ${serviceAccount} (${listed(secrets)}) are not used`,
    next: (_problem, place) => fix("Add a credential to the pod template's own list", place),
  },
  'service-account-changed-later': {
    says: ({ serviceAccount, secrets }) =>
      `service account ${serviceAccount} got its pull secrets (${listed(secrets)}) after this pod was created; only new pods get them`,
    next: (_problem, place) => fix('Recreate the pod', place),
  },
  'no-credential': {
    says: ({ registry }) => `the pod has no credential for ${registryName(registry)}`,
    next: ({ registry }, place) =>
      firstStepOf(place) ??
      fix(`Run \`${loginCommand(registry)}\`, then distribute that login to the pod`, place),
  },
  'credential-unused': {
    says: ({ registry, secrets }) =>
      `${registryName(registry)} saw no login, though ${secrets.length === 1 ? `secret ${secrets[0]} holds` : `secrets ${listed(secrets)} hold`} one for it`,
    next: () => ({
      say: 'Delete the pod if the secret is newer than the last attempt: the new pod pulls at once. If that fails the same way, a mirror or cache between the node and the registry asks without the login',
    }),
  },
  attempt: {
    says: ({ secret, key, problem }, { container }) => {
      const same = container.attempts.find(tried => tried.secret === secret && tried.problem === problem)
      return `secret ${secret} ${problemText(problem, same ?? { key })}`
    },
    next: ({ problem, secret }, place) =>
      UNREAD[problem]?.(place.why) ??
      fix(
        `${(REPAIR[problem] ?? (name => `Correct secret ${name}`))(secret)}, or give the pod a working credential`,
        place,
      ),
  },
  'pull-failed': {
    says: ({ finding }, { invocation }) => {
      const told = { invocation, findings: [finding] } as const
      return titleOf(told)
    },
    next: ({ finding }, { invocation }) => stepsOf([finding], invocation)[0],
  },
}

/** What is broken, as one sentence without a full stop. */
export function whyProblem(problem: AdvisedProblem, place: WhyPlace): string {
  // Each code's words take that code's problem; the compiler can't follow the code through the union.
  return PROBLEMS[problem.code].says(problem as never, place)
}

/** What fixes it. */
export function whyNext(problem: AdvisedProblem, place: WhyPlace): Said {
  return PROBLEMS[problem.code].next(problem as never, place)
}

/** What is best done first about the pull that failed: for a refusal the login may not be it. */
function firstStepOf({ container, invocation }: WhyPlace): Said | undefined {
  const failed = container.problems.find(problem => problem.code === 'pull-failed')
  return failed?.finding.cause === 'auth-required-or-denied'
    ? stepsOf([failed.finding], invocation)[0]
    : undefined
}

function placeOf({ why, container }: WhyPlace): ContainerPlace {
  const { namespace, pod, workload } = why
  return { namespace, pod, workload, container: container.container, containerKind: container.kind }
}

/** That further pods have the same story. */
export function alikeText(others: readonly string[]): string {
  const verb = others.length === 1 ? 'is' : 'are'
  return `${counted(others.length, 'more pod')} ${verb} failing in the same way: ${someOf(others, 8)}`
}
