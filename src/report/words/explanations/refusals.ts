/** Explains refusals by a registry or node: limits, denials, policies, and images that don't exist or can't be used. */

import type { CauseExplanations } from '../explanations.ts'

export const REFUSALS: Pick<
  CauseExplanations,
  | 'rate-limited'
  | 'kubelet-qps'
  | 'auth-required-or-denied'
  | 'never-pull'
  | 'signature-policy'
  | 'image-not-found'
  | 'platform-mismatch'
  | 'unsupported-manifest'
  | 'invalid-reference'
  | 'other'
> = {
  'rate-limited': {
    title: 'The registry refuses because of too many pulls',
    is: 'The registry, its token server, or the upstream of a cache answered 429 or said that a limit is used up. Docker Hub allows 100 anonymous pulls per IP address in six hours and 200 with a free account; other registries limit requests per second.',
    howToTell:
      'The message contains "429 Too Many Requests" or "toomanyrequests". "pull QPS exceeded" is the kubelet\'s own throttle (kubelet-qps), not a registry\'s answer.',
    todo: [
      'For Docker Hub, log in on this machine with `docker login`, then run `pullguard fix`: pulls with a login count against the account, not against the shared address',
      'Pull official images from another registry: `pullguard fix --replace-registry docker.io=public.ecr.aws/docker`',
      'Put a pull-through cache in front of the registry, and avoid imagePullPolicy Always for fixed tags',
      'Otherwise wait until the limit resets; the kubelet retries on its own',
    ],
    example:
      'toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit',
    subcauses: {
      anonymous: 'the limit per IP address for pulls without a login',
      account: 'the limit of the account that pulls',
      abuse: 'too many requests at once, with or without a login',
      unspecified: 'the registry or mirror does not say whose limit it is',
    },
  },
  'kubelet-qps': {
    title: 'The kubelet throttles its own pulls',
    is: 'Many pods started on one node at once, and the kubelet limits how many pulls per second it begins (registryPullQPS, registryBurst). No registry refused anything.',
    howToTell: 'The message is "pull QPS exceeded", and no host is named.',
    todo: [
      'Wait: it clears within minutes',
      'If it happens often, raise registryPullQPS in the kubelet configuration, or start fewer pods at once',
    ],
    example: 'Failed to pull image "nginx:1.27": pull QPS exceeded',
    subcauses: {},
  },
  'auth-required-or-denied': {
    title: 'The registry refused the pull',
    is: 'The registry answered 401 or 403, or denied the pull in its message. Many registries give the same answer for an image that is private and for one that does not exist.',
    howToTell:
      '`pullguard why NAMESPACE/POD` lists the logins in the order in which the kubelet tries them and says what is wrong with them. `--check-images` asks the registry whether the image exists and which login can pull it.',
    todo: [
      'Check the name of the image first: a mistyped name gets the same answer as a private image',
      'Give the pod a login that is allowed to pull: `docker login REGISTRY`, then `pullguard fix`',
      'If a login was refused, renew it; if it is not permitted, ask for read access to the repository',
    ],
    example:
      'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
    subcauses: {
      'no-credential-sent': 'no login arrived at the registry',
      'credential-refused': 'the login that was sent is wrong, expired, or revoked',
      'not-permitted': 'the login is known, but not allowed to pull this image',
      'denied-or-missing': 'private or missing: the registry does not say which',
      blocked:
        'the address, country, network, or account is blocked; something that the registry needs is off (billing, an API, a license); or a rule around it refuses (a perimeter, conditional access, a web firewall)',
      policy:
        "the registry's own policy, such as a vulnerability scan or a storage quota, or another registry that has the image instead",
      upstream: "a cache's upstream registry refused it, or its upstream repository is not set up",
      unspecified: 'the registry does not say, or gives a reason of its own',
    },
  },
  'never-pull': {
    title: 'The pull policy is Never, and the node has no image that the pod can use',
    is: 'With imagePullPolicy Never, the kubelet only uses what is already on the node. Since Kubernetes 1.33 it can also refuse an image that is there, because no login of this pod was verified for it.',
    howToTell:
      'The reason is ErrImageNeverPull. `crictl images` on the node shows whether the image is there.',
    todo: [
      'Set imagePullPolicy to IfNotPresent, so that the kubelet pulls what is missing',
      'Or load the image onto every node that the pod can run on (`kind load docker-image`, `minikube image load`)',
      'If the image is there, give the pod the pull secret that it was pulled with',
    ],
    example: 'Container image "acme/api:2.4" is not present with pull policy of Never',
    subcauses: {
      'not-present': 'the image is not on the node',
      'not-verified': 'the image is there, but no login of this pod was verified for it',
    },
  },
  'signature-policy': {
    title: 'A policy on the node refused the image',
    is: 'The container runtime verifies signatures or has a list of allowed registries, and the image does not pass.',
    howToTell:
      'The message mentions a signature, a policy, or a blocked registry, and comes from the node: the registry itself would serve the image.',
    todo: [
      'If the registry is blocked or not on the list, have an administrator allow it (registries.conf and policy.json on the nodes; OpenShift: image.config.openshift.io/cluster), or copy the image into an allowed one',
      'Sign the image, or use a signed one',
      "If the policy is too strict, change it on the node: /etc/containers/policy.json, or the runtime's image verifier",
    ],
    example: 'Source image rejected: A signature was required, but no signature exists',
    subcauses: {},
  },
  'image-not-found': {
    title: 'The registry does not have the image',
    is: 'The registry answered that there is no such repository, tag, or digest. Images also disappear: publishers move or delete them, and clean-up jobs remove old tags.',
    howToTell:
      '`pullguard image --check-images IMAGE` asks the registry and names tags and repositories with a similar spelling. A denial (auth-required-or-denied) can be a missing image too.',
    todo: [
      'Correct the name or the tag where the workload is defined',
      'Push the image, if it was never pushed or was deleted',
      'If it has moved, use its new location, which pullguard shows where it is known',
    ],
    example: 'docker.io/library/nginx:1.27-alpne: not found',
    subcauses: {
      tag: 'the repository exists, the tag or digest does not',
      repository: 'the repository does not exist',
      'not-in-mirror': 'a mirror or cache lacks it, which proves nothing about the image',
      unspecified: 'the registry does not say what is missing',
    },
  },
  'platform-mismatch': {
    title: "The image isn't built for the node's platform",
    is: "The image has no manifest for the node's operating system or CPU, such as an amd64 image on an arm64 node.",
    howToTell:
      '`pullguard image --check-images IMAGE` lists the platforms of the image; `kubectl get nodes -L kubernetes.io/arch,kubernetes.io/os` lists those of the nodes.',
    todo: [
      'Build the image for that platform: `docker buildx build --platform linux/amd64,linux/arm64`',
      'Or run the pod on other nodes, with a nodeSelector on kubernetes.io/arch',
    ],
    example: 'no match for platform in manifest: not found',
    subcauses: {},
  },
  'unsupported-manifest': {
    title: 'The runtime does not accept the format of the image',
    is: 'What the registry has under this name is in a format that the container runtime does not support, such as Docker schema 1, or it is not a container image at all (a Helm chart, an attestation).',
    howToTell: '`docker manifest inspect IMAGE` shows the mediaType.',
    todo: ['Rebuild and push the image with a current builder', 'If it is not an image, correct the name'],
    example:
      'media type "application/vnd.docker.distribution.manifest.v1+prettyjws" is no longer supported since containerd v2.1',
    subcauses: {},
  },
  'invalid-reference': {
    title: 'The image name is not valid',
    is: 'The name does not fit the grammar of image references, or it is a short name that the node can resolve in several ways.',
    howToTell: 'The reason is InvalidImageName. `pullguard image NAME` says what is wrong.',
    todo: [
      'Correct the name: registry/repository:tag@digest, in lower case and without a scheme',
      'Look for a placeholder that was never filled in, such as $TAG',
    ],
    example:
      'Failed to apply default image tag "nginx:": couldn\'t parse image name: invalid reference format',
    subcauses: {},
  },
  other: {
    title: 'The message does not say why the pull fails',
    is: 'The pull is failing, but the message fits no other cause, or its reason is no longer recorded: Kubernetes keeps events for one hour by default. pullguard does not guess.',
    howToTell:
      '`kubectl describe pod` shows what the kubelet recorded; the log of the container runtime on the node has the whole error.',
    todo: [
      'Delete the pod, or wait for the next attempt, then run `pullguard diagnose` again',
      'Read the log of the runtime on the node: `journalctl -u containerd`',
      'If the message is clear to you, please report it, so that pullguard can recognize it',
    ],
    example: 'Back-off pulling image "acme/api:2.4"',
    subcauses: {},
  },
}
