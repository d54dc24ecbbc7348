/** The words of pods and workloads that a plan leaves as they are. */

import type { JobLimit } from '../../../snapshot/fix-scope.ts'
import { shellWord } from '../../escape.ts'
import { whyCommand } from '../commands.ts'
import { counted } from '../count.ts'
import { objectName } from '../plan.ts'
import { KUBELET_LOGIN } from '../steps/logins.ts'
import { again, type DeclinedWords, kubectl, nothing } from './declined-words.ts'

const LIMITS: Record<JobLimit, string> = {
  'backoff-limit': 'deleted pods count against its backoffLimit',
  'backoff-limit-per-index': 'an index of it has no failures left, and a deleted pod counts as one',
  'pod-failure-policy': 'its podFailurePolicy takes a deleted pod for a failure that ends it',
}

export const PODS = {
  'bare-pod': {
    title: (_first, count) =>
      `${counted(count, 'pod')} without a controller to recreate ${count === 1 ? 'it' : 'them'}`,
    says: nothing,
    next: (_first, place) =>
      again('Have them deleted and made again from their own spec', place, '--recreate-bare-pods'),
  },
  'mirror-pod': {
    title: (_first, count) => `${counted(count, 'static pod')}: only the node itself can change them`,
    says: ({ node }) => (node === null ? '' : `on node ${node}`),
    next: () => KUBELET_LOGIN,
  },
  'immutable-job': {
    title: (_first, count) => `${counted(count, 'Job')}: the template of a Job never changes`,
    says: ({ fields }) => `would change ${fields.join(', ')}`,
    next: ({ target }, place) => ({
      say: 'Save it, set the field there, delete the Job, and recreate it',
      command: kubectl(place, target.namespace, `get job ${shellWord(target.name)} -o yaml`),
    }),
  },
  'paused-deployment': {
    title: (_first, count) =>
      `${counted(count, 'Deployment')} paused: a change to the template would bring no new pod`,
    says: ({ fields }) => `would change ${fields.join(', ')}`,
    next: ({ target }, place) => ({
      say: 'Resume it, then run the fix again',
      command: kubectl(place, target.namespace, `rollout resume ${shellWord(objectName(target))}`),
    }),
  },
  'job-would-fail': {
    title: ({ limit }, count) => `${counted(count, 'Job')} would fail: ${LIMITS[limit]}`,
    says: ({ pods }) => counted(pods, 'stuck pod'),
    next: ({ target, limit }, place) =>
      limit === 'backoff-limit'
        ? {
            say: 'Raise its backoffLimit, then run the fix again',
            command: kubectl(place, target.namespace, `edit job ${shellWord(target.name)}`),
          }
        : {
            say: 'Its pods stay stuck until it is recreated: save it, delete it, and recreate it',
            command: kubectl(place, target.namespace, `get job ${shellWord(target.name)} -o yaml`),
          },
  },
  'outgoing-pod': {
    title: (_first, count) =>
      `${counted(count, 'pod')} of an older template: the rollout will remove ${count === 1 ? 'it' : 'them'}`,
    says: ({ workload }) => `of ${objectName(workload)}`,
    next: ({ target, workload }, place) => ({
      say: 'See how far the rollout is',
      command: kubectl(place, target.namespace, `rollout status ${shellWord(objectName(workload))}`),
    }),
  },
  'below-partition': {
    title: (_first, count) =>
      `${counted(count, 'pod')} that a partition keeps at the previous template, with its own pull secrets`,
    says: ({ workload }) => `of ${objectName(workload)}`,
    next: ({ target, workload }, place) => ({
      say: 'Lower spec.updateStrategy.rollingUpdate.partition to the number of the pod, then run the fix again',
      command: kubectl(place, target.namespace, `edit ${shellWord(objectName(workload))}`),
    }),
  },
  'other-container-fails': {
    title: (_first, count) =>
      `${counted(count, 'pod')} with another container that would also fail in a new pod`,
    says: ({ container, image, cause }) => `${container}: ${image} (${cause})`,
    next: ({ target }, { invocation }) => ({
      say: 'Fix that image first',
      command: whyCommand(invocation, { namespace: target.namespace, pod: target.name }),
    }),
  },
  'custom-controller': {
    title: ({ controller }, count) =>
      `${counted(count, 'pod')} of a controller that pullguard does not know (${controller.kind})`,
    says: ({ controller }) => `of ${objectName(controller)}`,
    next: ({ target }, place) => ({
      say: 'If that controller creates replacements, delete the stuck pod',
      command: kubectl(place, target.namespace, `delete pod ${shellWord(target.name)}`),
    }),
  },
  'not-found': {
    title: (_declined, count) => `${counted(count, 'pod')} whose controller is gone or could not be read`,
    says: nothing,
    next: () => ({ say: 'Run the fix again; if it stays, ask for get on its controllers' }),
  },
  'no-remedy': {
    title: ({ cause }, count) => `${counted(count, 'container')} that pullguard can't fix (${cause})`,
    says: ({ container, image }) => `${container}: ${image}`,
    next: ({ target }, { invocation }) => ({
      say: 'See what the kubelet tries, and where it breaks',
      command: whyCommand(invocation, { namespace: target.namespace, pod: target.name }),
    }),
  },
} satisfies Partial<DeclinedWords>
