/** The words of what a plan leaves as it is: why, and what to do instead. */

import type { Declined, Plan } from '../../plan/plan.ts'
import { shellWord } from '../escape.ts'
import { loginCommand, mendSecret, NODE_LOGIN, whyCommand } from './commands.ts'
import { counted } from './count.ts'
import { managerName, managerStep } from './managers.ts'
import { objectName, scopeFlags } from './plan.ts'
import { registryName, type Step } from './told.ts'

/** What the words may speak of besides the thing itself. */
export interface DeclinedPlace {
  plan: Plan
  program: string
}

type Code = Declined['code']
type Of<C extends Code> = Extract<Declined, { code: C }>
interface Words<D> {
  /** A headline for `count` of them; `first` stands for all. */
  title(first: D, count: number): string
  /** What is particular to one, beside its name; empty if nothing is. */
  says(one: D): string
  next(first: D, place: DeclinedPlace): Step | null
}

const again = (say: string, { plan, program }: DeclinedPlace, flags: string): Step => ({
  say,
  command: `${program} fix ${scopeFlags(plan.scope)} ${flags}`,
})
const kubectl = (namespace: string, rest: string) => `kubectl -n ${shellWord(namespace)} ${rest}`
const nothing = () => ''

const WORDS: { [C in Code]: Words<Of<C>> } = {
  managed: {
    title: (_first, count) =>
      `${counted(count, 'object')} kept as something else wants ${count === 1 ? 'it' : 'them'}: a change would be undone`,
    says: ({ change }) => (change.managedBy === null ? '' : managerName(change.managedBy)),
    next: ({ change }) =>
      change.managedBy === null ? null : managerStep(change.managedBy, change.target.namespace),
  },
  'foreign-secret': {
    title: ({ target }, count) =>
      `Secret ${target.name} is there already in ${counted(count, 'namespace')}, and pullguard did not make it`,
    says: ({ type }) => type ?? 'no type',
    next: (first, place) =>
      first.type === 'kubernetes.io/dockerconfigjson'
        ? again(
            'Choose another name, or add the login to it with --overwrite-secret',
            place,
            otherName(first),
          )
        : again('Choose another name', place, otherName(first)),
  },
  'immutable-secret': {
    title: ({ target }, count) =>
      `Secret ${target.name} is immutable in ${counted(count, 'namespace')}, so no login can be put into it`,
    says: nothing,
    next: (first, place) => again('Choose another name', place, otherName(first)),
  },
  'no-credential': {
    title: ({ registry }) => `No login for ${registryName(registry)} on this machine`,
    says: ({ detail }) => detail ?? '',
    next: ({ registry }) => ({
      say: 'Log in, or give --username with an access token on --password-stdin, then run the fix again',
      command: loginCommand(registry),
    }),
  },
  'bare-pod': {
    title: (_first, count) => `${counted(count, 'pod')} without a controller that would make a new one`,
    says: nothing,
    next: (_first, place) =>
      again('Have them deleted and made again from their own spec', place, '--recreate-bare-pods'),
  },
  'mirror-pod': {
    title: (_first, count) => `${counted(count, 'static pod')}: only the node itself can change them`,
    says: ({ node }) => (node === null ? '' : `on node ${node}`),
    next: () => NODE_LOGIN,
  },
  'immutable-job': {
    title: (_first, count) => `${counted(count, 'Job')}: the template of a Job never changes`,
    says: ({ fields }) => `would change ${fields.join(', ')}`,
    next: ({ target }) => ({
      say: 'Save it, set the field there, delete the Job and create it again',
      command: kubectl(target.namespace, `get job ${shellWord(target.name)} -o yaml`),
    }),
  },
  'paused-deployment': {
    title: (_first, count) =>
      `${counted(count, 'Deployment')} paused: a change to the template would bring no new pod`,
    says: ({ fields }) => `would change ${fields.join(', ')}`,
    next: ({ target }) => ({
      say: 'Resume it, then run the fix again',
      command: kubectl(target.namespace, `rollout resume ${shellWord(objectName(target))}`),
    }),
  },
  'job-would-fail': {
    title: (_first, count) => `${counted(count, 'Job')} would fail: deleted pods count against backoffLimit`,
    says: ({ pods }) => counted(pods, 'stuck pod'),
    next: ({ target }) => ({
      say: 'Raise its backoffLimit, then run the fix again',
      command: kubectl(target.namespace, `edit job ${shellWord(target.name)}`),
    }),
  },
  'malformed-secret': {
    title: ({ secret }) => `Secret ${secret} is malformed, and one such secret fails every image of a pod`,
    says: nothing,
    next: ({ target, secret }) => mendSecret(target.namespace, secret),
  },
  'custom-controller': {
    title: ({ controller }, count) =>
      `${counted(count, 'pod')} of a controller that pullguard does not know (${controller.kind})`,
    says: ({ controller }) => `of ${objectName(controller)}`,
    next: ({ target }) => ({
      say: 'Where that controller makes new pods, delete the stuck one',
      command: kubectl(target.namespace, `delete pod ${shellWord(target.name)}`),
    }),
  },
  'same-account-limited': {
    title: ({ username }) => `The limit of account ${username} itself is used up, so its login does not help`,
    says: nothing,
    next: () => ({ say: 'Log in with an account that has pulls left', command: loginCommand(null) }),
  },
  'not-found': {
    title: ({ what }, count) =>
      `${counted(count, 'pod')} whose ${what === 'workload' ? 'controller' : 'service account'} is gone or could not be read`,
    says: nothing,
    next: () => ({ say: 'Run the fix again; if it stays, ask for get on its controllers' }),
  },
  'latest-needs-pin': {
    title: (_first, count) =>
      `IfNotPresent with tag latest would freeze each node at what it pulled first (${counted(count, 'container')})`,
    says: ({ container, image }) => `${container}: ${image}`,
    next: (_first, place) => again('Pin them as well', place, '--pin --pull-policy IfNotPresent'),
  },
  'no-digest': {
    title: (_first, count) => `No digest is known for ${counted(count, 'image')} to pin`,
    says: ({ container, image, detail }) => `${container}: ${image}${detail === null ? '' : ` (${detail})`}`,
    next: () => ({ say: 'Log in to the registry, or check that the image is there, then run the fix again' }),
  },
  'several-digests': {
    title: (_first, count) =>
      `${counted(count, 'image')} to pin ${count === 1 ? 'runs' : 'run'} as several digests, and none is taken for the right one`,
    says: ({ container, image, digests }) => `${container}: ${image} runs as ${digests.join(' and ')}`,
    next: ({ target, container, image, digests: [digest] }) => ({
      say: 'Choose one of them, such as',
      command: kubectl(
        target.namespace,
        `set image ${shellWord(objectName(target))} ${shellWord(`${container}=${image}@${digest}`)}`,
      ),
    }),
  },
  'no-replacement': {
    title: (_first, count) => `${counted(count, 'image')} not found at the other registry`,
    says: ({ container, image, asked, detail }) =>
      `${container}: ${image}, asked for ${asked.join(' and ')}${detail === null ? '' : ` (${detail})`}`,
    next: ({ image }, place) =>
      again('Name the image that takes its place', place, `--replace-registry ${shellWord(image)}=<image>`),
  },
  'terminating-namespace': {
    title: (_first, count) =>
      `${counted(count, 'namespace')} coming to an end: nothing new can be made there`,
    says: nothing,
    next: () => null,
  },
  'no-remedy': {
    title: ({ cause }, count) => `${counted(count, 'container')} that no change here helps (${cause})`,
    says: ({ container, image }) => `${container}: ${image}`,
    next: ({ target }, { program }) => ({
      say: 'See what the kubelet tries, and where it breaks',
      command: whyCommand(program, { namespace: target.namespace, pod: target.name }),
    }),
  },
}

function otherName({ target }: Of<'foreign-secret' | 'immutable-secret'>): string {
  return `--secret-name ${shellWord(`${target.name}-pullguard`)}`
}

/** The headline for all of one code; `first` stands for them. */
export function declinedTitle(first: Declined, count: number): string {
  // Each code's words take that code's entry; the compiler can't follow the code through the union.
  return WORDS[first.code].title(first as never, count)
}

/** What is particular to one. */
export function declinedSays(one: Declined): string {
  return WORDS[one.code].says(one as never)
}

/** What to do instead; null where nothing can be done. */
export function declinedNext(first: Declined, place: DeclinedPlace): Step | null {
  return WORDS[first.code].next(first as never, place)
}
