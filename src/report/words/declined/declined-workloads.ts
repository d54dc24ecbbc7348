/** The words of pods, workloads, and images that a plan leaves unchanged. */

import type { JobLimit } from '../../../snapshot/fix-objects.ts'
import { kubectlCommand, ownCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import { whyCommand } from '../commands.ts'
import type { DeclinedWords } from '../declined.ts'
import { MAKERS, purposeOf, renewal } from '../edits/makers.ts'
import { objectName, pluralize } from '../nouns.ts'
import { rerunFix } from '../plan/plan.ts'
import { kubeletLogin } from '../steps/logins.ts'

const LIMITS: Record<JobLimit, string> = {
  'backoff-limit': 'deleted pods count against its backoffLimit',
  'backoff-limit-per-index': 'one of its indexes has no failures left, and a deleted pod counts as one',
  'pod-failure-policy': 'its podFailurePolicy treats a deleted pod as a failure that ends the Job',
}

export const WORKLOADS = {
  'bare-pod': {
    title: (_first, count) =>
      `${pluralize(count, 'pod')} without a controller to recreate ${count === 1 ? 'it' : 'them'}`,
    next: (_first, context) =>
      rerunFix(
        'Delete and recreate pods without a controller from their own spec',
        context,
        '--recreate-bare-pods',
      ),
  },
  'made-pod': {
    title: ({ maker }, count) =>
      `${pluralize(count, 'pod')} that ${MAKERS[maker].name} created ${purposeOf(MAKERS[maker])}: ${count === 1 ? 'a copy' : 'copies'} would be of no use`,
    next: ({ maker }) => ({ text: `Get a new pod: ${renewal(maker)}` }),
  },
  'mirror-pod': {
    title: (_first, count) =>
      `${pluralize(count, 'static pod')}: only the node itself can change ${count === 1 ? 'it' : 'them'}`,
    detail: ({ node }) => (node === null ? '' : `on node ${node}`),
    next: () => kubeletLogin(),
  },
  'immutable-job': {
    title: (_first, count) => `${pluralize(count, 'Job')}: the template of a Job is immutable`,
    detail: ({ fields }) => `to change: ${fields.join(', ')}`,
    next: ({ target, fields }, { invocation }) => ({
      text: `Save the Job's manifest, change the ${fields.length === 1 ? 'field' : 'fields'} there, delete the Job, and create it again`,
      command: kubectlCommand(invocation, `get job ${shellWord(target.name)} -o yaml`, target.namespace),
    }),
  },
  'paused-deployment': {
    title: (_first, count) =>
      `${pluralize(count, 'Deployment')} ${count === 1 ? 'is' : 'are'} paused: a change to the template would create no new pods`,
    detail: ({ fields }) => `to change: ${fields.join(', ')}`,
    next: ({ target }, { invocation }) => ({
      text: 'Resume it, then run the fix again',
      command: kubectlCommand(
        invocation,
        `rollout resume ${shellWord(objectName(target))}`,
        target.namespace,
      ),
    }),
  },
  'job-would-fail': {
    title: ({ limit }, count) => `${pluralize(count, 'Job')} would fail: ${LIMITS[limit]}`,
    detail: ({ pods }) => pluralize(pods, 'stuck pod'),
    next: ({ target, limit }, { invocation }) =>
      limit === 'backoff-limit'
        ? {
            text: 'Raise its backoffLimit, then run the fix again',
            command: kubectlCommand(invocation, `edit job ${shellWord(target.name)}`, target.namespace),
          }
        : {
            text: 'Recreate the Job to unblock its pods: save its manifest, delete the Job, and create it again',
            command: kubectlCommand(
              invocation,
              `get job ${shellWord(target.name)} -o yaml`,
              target.namespace,
            ),
          },
  },
  'outgoing-pod': {
    title: (_first, count) =>
      `${pluralize(count, 'pod')} of an older revision: the rollout replaces ${count === 1 ? 'it' : 'them'}`,
    detail: ({ workload }) => `of ${objectName(workload)}`,
    next: ({ target, workload }, { invocation }) => ({
      text: 'Check the progress of the rollout',
      command: kubectlCommand(
        invocation,
        `rollout status ${shellWord(objectName(workload))}`,
        target.namespace,
      ),
    }),
  },
  'below-partition': {
    title: (_first, count) =>
      `${pluralize(count, 'pod')} that a partition keeps on the previous template, with its own pull secrets`,
    detail: ({ workload }) => `of ${objectName(workload)}`,
    next: ({ target, workload }, { invocation }) => ({
      text: 'Lower spec.updateStrategy.rollingUpdate.partition to the number of the pod, then run the fix again',
      command: kubectlCommand(invocation, `edit ${shellWord(objectName(workload))}`, target.namespace),
    }),
  },
  'other-container-fails': {
    title: (_first, count) =>
      `${pluralize(count, 'pod')} with another container that would also fail in a new pod`,
    detail: ({ container, image, cause }) => `${container}: ${image} (${cause})`,
    next: ({ target }, { invocation }) => ({
      text: 'Fix that image first',
      command: whyCommand(invocation, { namespace: target.namespace, pod: target.name }),
    }),
  },
  'custom-controller': {
    title: ({ controller }, count) =>
      `${pluralize(count, 'pod')} of a controller that pullguard doesn't know (${controller.kind})`,
    detail: ({ controller }) => `of ${objectName(controller)}`,
    next: ({ target }, { invocation }) => ({
      text: 'If that controller creates replacements, delete the stuck pod',
      command: kubectlCommand(invocation, `delete pod ${shellWord(target.name)}`, target.namespace),
    }),
  },
  'part-of-workload': {
    title: ({ selector }, count) =>
      selector === null
        ? `${pluralize(count, 'workload')} that ${count === 1 ? 'was' : 'were'} not named`
        : `${pluralize(count, 'workload')} whose ${count === 1 ? 'template does' : 'templates do'} not match ${selector}, so a fix of ${count === 1 ? 'it' : 'them'} would not be limited to such pods`,
    detail: ({ pods }) => pluralize(pods, 'stuck pod'),
    next: ({ target }, { invocation }) => ({
      text: 'To fix the whole workload, name it',
      command: ownCommand(
        invocation,
        `fix ${shellWord(objectName(target))} -n ${shellWord(target.namespace)}`,
      ),
    }),
  },
  'not-found': {
    title: (_declined, count) =>
      `${pluralize(count, 'pod')} whose controller is missing or could not be read`,
    next: () => ({
      text: "Run the fix again; if that doesn't help, ask for permission to get its controllers",
    }),
  },
  'no-remedy': {
    title: ({ cause }, count) => `${pluralize(count, 'container')} that pullguard can't fix (${cause})`,
    detail: ({ container, image }) => `${container}: ${image}`,
    next: ({ target }, { invocation }) => ({
      text: 'See what the kubelet tries, and what goes wrong',
      command: whyCommand(invocation, { namespace: target.namespace, pod: target.name }),
    }),
  },
  'latest-needs-pin': {
    title: (_first, count) =>
      `With IfNotPresent, each node would keep the build that it pulled first, because the tag can move (${pluralize(count, 'container')})`,
    detail: ({ container, image }) => `${container}: ${image}`,
    next: (_first, context) =>
      rerunFix(
        'Pin these images too',
        context,
        // A fix that distributes no login should not start to.
        `--pin --pull-policy IfNotPresent${context.plan.credentials.length === 0 ? ' --no-authenticate' : ''}`,
      ),
  },
  'changed-at-admission': {
    title: (_first, count) =>
      `${pluralize(count, 'image')} that a mutating webhook or policy changed in a pod (unless somebody set ${count === 1 ? 'it' : 'them'} on the pod itself): a change to the template might not reach new pods`,
    detail: ({ container, image, admitted }) => `${container}: ${image}, in the pod ${admitted}`,
    next: (_first, { invocation }) => ({
      text: 'Change the image where the webhook or policy sets it, or exclude the workload there, delete the pod, and run the fix again',
      command: kubectlCommand(invocation, 'get mutatingwebhookconfigurations'),
    }),
  },
  'no-digest': {
    title: (_first, count) => `Can't pin ${pluralize(count, 'image')}: no digest found`,
    detail: ({ container, image, detail }) =>
      `${container}: ${image}${detail === null ? '' : ` (${detail})`}`,
    next: () => ({
      text: 'Log in to the registry if it denied access, give its address with --registry-endpoint if it is internal, or correct the image if it does not exist, then run the fix again',
    }),
  },
  'several-digests': {
    title: (_first, count) =>
      `${pluralize(count, 'image')} to pin ${count === 1 ? 'runs' : 'run'} as several digests, so none is chosen`,
    detail: ({ container, image, digests }) => `${container}: ${image} runs as ${digests.join(' and ')}`,
    next: ({ target, container, image, digests: [digest] }, { invocation }) => ({
      text: 'Choose one of them, such as',
      command: kubectlCommand(
        invocation,
        `set image ${shellWord(objectName(target))} ${shellWord(`${container}=${image}@${digest}`)}`,
        target.namespace,
      ),
    }),
  },
  'no-replacement': {
    title: ({ absent }, count) =>
      absent
        ? `${pluralize(count, 'image')} not found at the replacement registry`
        : `${pluralize(count, 'image')} could not be checked at the replacement registry`,
    detail: ({ container, image, asked, detail }) =>
      `${container}: ${image}, asked for ${asked.join(' and ')}${detail === null ? '' : ` (${detail})`}`,
    next: ({ image, absent }, context) =>
      rerunFix(
        absent
          ? 'Name the replacement image'
          : 'Make the replacement registry answer (if it is internal, give its address with --registry-endpoint), or name the replacement image',
        context,
        `--replace-registry ${shellWord(image)}=<image>`,
      ),
  },
} satisfies Partial<DeclinedWords>
