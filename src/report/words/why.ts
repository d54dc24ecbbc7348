/** The words of `why`: policies, verdicts, and each broken link with what mends it. */

import type { AttemptProblem } from '../../diagnosis/finding.ts'
import type { Verdict, Why, WhyContainer, WhyProblem } from '../../diagnosis/why-report.ts'
import type { PullPolicy } from '../../snapshot/pod.ts'
import { wordsFor } from './causes.ts'
import { loginCommand, loginFixCommand, mendSecret } from './commands.ts'
import { problemText } from './credential.ts'
import { type ContainerPlace, editField, setImage } from './edits.ts'
import { nodeLoginSteps, nodesLogIn } from './node-logins.ts'
import { outOfReachSteps } from './out-of-reach.ts'
import { registryName, type Step } from './told.ts'

export const POLICY: Record<PullPolicy, string> = {
  Always: 'the kubelet asks the registry at every start',
  IfNotPresent: 'the kubelet pulls only what is not on the node',
  Never: 'the kubelet never pulls; the image must be on the node already',
}

const VERDICT: Record<Verdict, string> = {
  anonymous: 'the kubelet pulls without a login',
  authenticated: 'the kubelet pulls with a login',
  blocked: 'the kubelet gives up before it asks a registry',
  unknown: 'which login the kubelet has could not be read',
}

/** What the kubelet pulls with. */
export function verdictText({ verdict, registry, pullPolicy }: WhyContainer): string {
  if (pullPolicy === 'Never' && verdict !== 'blocked') return 'the kubelet does not pull, so no login counts'
  return verdict === 'anonymous' && nodesLogIn(registry)
    ? 'the pod brings no login; the node may have its own'
    : VERDICT[verdict]
}

/** What a broken link is about: where it is, and how the user started the program. */
export interface WhyPlace {
  why: Why
  container: WhyContainer
  program: string
}

type Problem<Code extends WhyProblem['code']> = Extract<WhyProblem, { code: Code }>
interface ProblemWords<P> {
  /** One sentence without a full stop. */
  says(problem: P, place: WhyPlace): string
  next(problem: P, place: WhyPlace): Step
}

function fix(say: string, place: WhyPlace): Step {
  const [step] = outOfReachSteps([placeOf(place)])
  return step ?? { say, command: loginFixCommand(place.program, [place.why]) }
}
const listed = (names: readonly string[]) => names.join(', ')

/** Nobody knows whether these have to be mended. */
const UNREAD: Partial<Record<AttemptProblem, (why: Why) => Step>> = {
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
  'wrong-type': secret => `Create secret ${secret} again, with type kubernetes.io/dockerconfigjson`,
  'wrong-layout': secret => `Create secret ${secret} again, with the type that its content has`,
  'key-never-matches': secret => `Correct the key in secret ${secret}`,
}

const PROBLEMS: { [Code in WhyProblem['code']]: ProblemWords<Problem<Code>> } = {
  'invalid-reference': {
    says: ({ detail }, { container }) => `${container.image} is no image name: ${detail}`,
    next: (_problem, place) => setImage(placeOf(place), '', '<image>'),
  },
  'never-pull': {
    says: () => 'the pull policy is Never, and the image is not on the node',
    next: (_problem, place) => editField(placeOf(place), 'Set imagePullPolicy to IfNotPresent'),
  },
  'malformed-secret': {
    says: ({ secret }) => `secret ${secret} is malformed, and one such secret fails every image of the pod`,
    next: ({ secret }, { why }) => mendSecret(why.namespace, secret),
  },
  'service-account-secrets-ignored': {
    says: ({ serviceAccount, secrets }) =>
      `the pod names pull secrets of its own, so those of service account ${serviceAccount} (${listed(secrets)}) are left out`,
    next: (_problem, place) => fix("Add a credential to the pod template's own list", place),
  },
  'service-account-changed-later': {
    says: ({ serviceAccount, secrets }) =>
      `service account ${serviceAccount} got its pull secrets (${listed(secrets)}) after this pod was made; only new pods have them`,
    next: (_problem, place) => fix('Recreate the pod', place),
  },
  'no-credential': {
    says: ({ registry }) => `the pod has no credential for ${registryName(registry)}`,
    next: ({ registry }, place) =>
      (isRefused(place) ? nodeLoginSteps(registry)[0] : undefined) ??
      fix(`Give it this machine's login (\`${loginCommand(registry)}\` first)`, place),
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
        `${(REPAIR[problem] ?? (name => `Correct secret ${name}`))(secret)}, or give the pod a credential that works`,
        place,
      ),
  },
  'pull-failed': {
    says: ({ finding }, { program }) => {
      const told = { program, findings: [finding] } as const
      return wordsFor(told).title(told)
    },
    next: ({ finding }, { program }) => {
      const told = { program, findings: [finding] } as const
      return wordsFor(told).next(told)[0]
    },
  },
}

/** What is broken, as one sentence without a full stop. */
export function whyProblem(problem: WhyProblem, place: WhyPlace): string {
  // Each code's words take that code's problem; the compiler can't follow the code through the union.
  return PROBLEMS[problem.code].says(problem as never, place)
}

/** What mends it. */
export function whyNext(problem: WhyProblem, place: WhyPlace): Step {
  return PROBLEMS[problem.code].next(problem as never, place)
}

function isRefused({ container }: WhyPlace): boolean {
  return container.problems.some(
    problem => problem.code === 'pull-failed' && problem.finding.cause === 'auth-required-or-denied',
  )
}

function placeOf({ why, container }: WhyPlace): ContainerPlace {
  const { namespace, pod, workload } = why
  return { namespace, pod, workload, container: container.container, containerKind: container.kind }
}
