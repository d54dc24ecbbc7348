/** Explains what is wrong with an image or its name. */

import type { ExplanationsOf } from './explanation.ts'

export const IMAGE: ExplanationsOf<
  'image-not-found' | 'platform-mismatch' | 'unsupported-manifest' | 'invalid-reference' | 'other'
> = {
  'image-not-found': {
    title: 'The registry does not have the image',
    is: 'The registry answered that there is no such repository, tag, or digest. Images also disappear: publishers move or delete them, and clean-up jobs remove old tags.',
    tell: '`pullguard image --check-images IMAGE` asks the registry and names tags and repositories that are spelled almost the same. A denial (auth-required-or-denied) can be a missing image, too.',
    todo: [
      'Correct the name or the tag where the workload is defined',
      'Push the image, if it was never pushed or was deleted',
      'If it has moved, use its new place: pullguard names it where it is known',
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
    tell: '`pullguard image --check-images IMAGE` lists the platforms of the image; `kubectl get nodes -L kubernetes.io/arch,kubernetes.io/os` those of the nodes.',
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
    tell: '`docker manifest inspect IMAGE` shows the mediaType.',
    todo: ['Rebuild and push the image with a current builder', 'If it is not an image, correct the name'],
    example:
      'media type "application/vnd.docker.distribution.manifest.v1+prettyjws" is no longer supported since containerd v2.1',
    subcauses: {},
  },
  'invalid-reference': {
    title: 'The image name is not valid',
    is: 'The name does not fit the grammar of image references, or it is a short name that the node can resolve in several ways.',
    tell: 'The reason is InvalidImageName. `pullguard image NAME` says what is wrong.',
    todo: [
      'Correct the name: registry/repository:tag@digest, in lower case and without a scheme',
      'Look for a placeholder that was never filled in, such as $TAG',
    ],
    example:
      'Failed to apply default image tag "nginx:": couldn\'t parse image name: invalid reference format',
    subcauses: {},
  },
  other: {
    title: 'The text does not say why the pull fails',
    is: 'The pull is failing, but the message fits no other cause, or its reason is no longer recorded: Kubernetes keeps events for one hour by default. pullguard does not guess.',
    tell: '`kubectl describe pod` shows what the kubelet recorded; the log of the container runtime on the node has the whole error.',
    todo: [
      'Delete the pod, or wait for the next attempt, then run `pullguard diagnose` again',
      'Read the log of the runtime on the node: `journalctl -u containerd`',
      'If the message is clear to you, please report it, so that pullguard can recognize it',
    ],
    example: 'Back-off pulling image "acme/api:2.4"',
    subcauses: {},
  },
}
