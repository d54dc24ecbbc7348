/** The words of rules about logins and pull secrets. */

import type { WordsOfRules } from '../audit.ts'
import { mismatchText, problemText } from '../credential/credential-problems.ts'
import { shortList } from '../nouns.ts'

const SOURCE = {
  template: 'The template names',
  'service-account': 'The service account names',
}

export const SECRET_WORDS: WordsOfRules<
  | 'anonymous-docker-hub'
  | 'login-required'
  | 'missing-pull-secret'
  | 'unusable-pull-secret'
  | 'unmatched-pull-secret'
  | 'shut-out-pull-secret'
> = {
  'anonymous-docker-hub': {
    title: 'Pulls from Docker Hub without a login',
    sentence({ arguments: { serviceAccount, known, wanted }, container }) {
      const secret = wanted === null ? 'a pull secret for Docker Hub' : `the pull secret ${wanted}`
      return known
        ? `${container?.image} comes from Docker Hub, and neither the template nor its service account ${serviceAccount} names ${secret}.`
        : `${container?.image} comes from Docker Hub, and the template does not name ${secret}.`
    },
    why: 'Anonymous pulls are limited to 100 in six hours for each IP address, and all nodes behind one address share that limit. (A login that the nodes themselves have is not seen from here.)',
    todo: 'Add a pull secret for Docker Hub to the service account (`pullguard fix --registry docker.io` does it in a cluster) or to the template',
    example: {
      before: 'spec:\n  containers:\n  - name: web\n    image: nginx:1.27.3',
      after:
        'spec:\n  imagePullSecrets:\n  - name: dockercreds\n  containers:\n  - name: web\n    image: nginx:1.27.3',
    },
  },
  'login-required': {
    title: 'Registry that always needs a login',
    sentence: ({ arguments: { registry, known } }) =>
      known
        ? `${registry} requires a login for every pull, and the pods have none for it.`
        : `${registry} requires a login for every pull, and the template names no pull secret.`,
    why: 'Docker Hardened Images accept a Docker Hub account, but under the key dhi.io: a pull secret for Docker Hub does not match it.',
    todo: 'Add a pull secret with an entry for dhi.io',
    example: {
      before: 'spec:\n  containers:\n  - name: web\n    image: dhi.io/nginx:1.27',
      after:
        'spec:\n  imagePullSecrets:\n  - name: dhi\n  containers:\n  - name: web\n    image: dhi.io/nginx:1.27',
    },
  },
  'missing-pull-secret': {
    title: 'Missing pull secret',
    sentence({ arguments: { secret, from, elsewhere }, workload }) {
      const namespace = workload.namespace ?? 'default'
      const other =
        elsewhere.length === 0
          ? ''
          : ` It exists only in ${shortList(elsewhere, 3)}, where these pods can't use it.`
      return `${SOURCE[from]} the pull secret ${secret}, which does not exist in namespace ${namespace}.${other}`
    },
    why: 'The kubelet reports a missing pull secret in an event and pulls without it: anonymously, or not at all. Pods can only use Secrets of their own namespace.',
    todo: 'Create the Secret in this namespace, or correct the name',
    example: null,
  },
  'unusable-pull-secret': {
    title: "Pull secret that the kubelet can't use",
    sentence: ({ arguments: { secret, from, problem, detail } }) =>
      `${SOURCE[from]} the pull secret ${secret}, but it ${problemText(problem, { key: problem === 'malformed' ? detail : null, ...(detail !== null && { detail }) })}.`,
    why: 'The kubelet silently ignores a Secret of another type or with another key. One that it cannot parse fails every pull of the pod.',
    todo: 'Create it again with `kubectl create secret docker-registry`',
    example: {
      before: 'type: Opaque\nstringData:\n  .dockerconfigjson: …',
      after: 'type: kubernetes.io/dockerconfigjson\nstringData:\n  .dockerconfigjson: …',
    },
  },
  'unmatched-pull-secret': {
    title: 'Pull secret whose key does not match the registry',
    sentence: ({ arguments: { secret, key, mismatch, registry } }) =>
      `The pull secret ${secret} has a login for "${key}", which the kubelet does not match with ${registry}: it ${mismatchText(mismatch)}.`,
    why: 'The kubelet compares the key of each login with the name of the image: host and port must be equal, case counts, and for Docker Hub, the key must be docker.io, index.docker.io, or https://index.docker.io/v1/ with the trailing slash.',
    todo: 'Create the Secret again with the registry as the image names it',
    example: {
      before: '{"auths": {"https://index.docker.io/v1": …}}',
      after: '{"auths": {"https://index.docker.io/v1/": …}}',
    },
  },
  'shut-out-pull-secret': {
    title: 'Ignored pull secrets of the service account',
    sentence: ({ arguments: { serviceAccount, secrets, own, proven } }) =>
      `The template names ${shortList(own, 3)}, so its pods do not get ${shortList(secrets, 3)} of the service account ${serviceAccount}${proven ? ', which would open an image' : ''}.`,
    why: 'Kubernetes copies the pull secrets of the service account only into pods that name none themselves. The two lists are not merged.',
    todo: "Name the service account's pull secrets in the template as well, or remove the template's list",
    example: {
      before: 'imagePullSecrets:\n- name: internal',
      after: 'imagePullSecrets:\n- name: internal\n- name: dockercreds',
    },
  },
}
