/** The words of images that the node can't run: those for another platform, in an old format, or of another kind than container images. */

import { clueOf } from '../../../diagnosis/clues/clue.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import { isPublishedFor } from '../../../image/kubernetes-images.ts'
import { windowsBuildOf } from '../../../image/windows-images.ts'
import { type CauseWords, leads, WEB_PAGE } from '../cause-words.ts'

/** Whether a service of the cluster made a copy of some platforms of the image only. */
const isPartial = leads('copy-more-platforms')

export const platformMismatch: CauseWords = {
  short: () => "images for a platform other than the node's",
  title: [
    ['for-linux', first => `${imageOf(first)} is for Linux, and the node runs Windows`],
    ['windows-build', first => `${imageOf(first)} is for a different Windows version than the node's`],
    [isForWindows, first => `${imageOf(first)} isn't built for Windows, or not for this Windows version`],
    ['asks-arm-v8', 'The node found no build of the image for 32-bit ARM of version 8 (linux/arm/v8)'],
    [
      isPartial,
      ({ registry, host }) =>
        `The copy of the image at ${registry} isn't built for this node's platform (linux/${host.architecture})`,
    ],
    [
      isPublished,
      ({ host }) => `The node found no build of the image for its platform (linux/${host.architecture})`,
    ],
    "The image isn't built for this node's OS or CPU architecture",
  ],
  meaning: [
    [
      'for-linux',
      'Linux images never run on a Windows node; what the registry has under this name is for Linux only, or a copy of the Linux part of an image for both.',
    ],
    [
      'windows-build',
      ({ clues, host }) =>
        `The image is for Windows ${clueOf(clues, 'windows-build')?.build}, ${host.kernel === null ? '' : `the node runs ${windowsBuildOf(host.kernel)}, `}and a Windows node only runs images whose build matches its own.`,
    ],
    [
      isForWindows,
      'A Windows node runs only Windows images whose build matches its own; Linux images never run there.',
    ],
    [
      'asks-arm-v8',
      "The node runs a 32-bit system on a CPU with 64 bits, and its runtime asked for that CPU's version; images for 32-bit ARM are built for versions 6 and 7.",
    ],
    [isPartial, 'Only the platforms of this copy are known; the original image may be built for more.'],
    [
      isPublished,
      // Docker has mirrors of Docker Hub only.
      ({ steps: [first], host: { runtime } }) =>
        `Kubernetes publishes this image for that platform: most likely, ${first.code === 'update-runtime' ? 'the runtime is too old to find it there, or ' : ''}${runtime === 'docker' ? 'a proxy' : 'a mirror'} or a cache on the way has it only for another platform.`,
    ],
    ({ host }) =>
      `The image was built for platforms other than the node's${host.architecture === null ? ', such as for amd64 only, where the node is arm64' : ` (${host.os ?? 'linux'}/${host.architecture})`}.`,
  ],
}

function isPublished({ reference, host }: Pick<Finding, 'reference' | 'host'>): boolean {
  return isPublishedFor(reference, host)
}

const imageOf = ({ container, containerKind }: Pick<Finding, 'container' | 'containerKind'>) =>
  containerKind === 'sandbox' ? 'The pause image' : `The image of container ${container}`

function isForWindows({ host }: Pick<Finding, 'host'>): boolean {
  return host.os === 'windows'
}

/** Shared by all causes in which an attestation takes the place of an image. */
export const ATTESTATION =
  'What was pulled is the attestation of a build (in-toto), which builders store beside the image in its index; it is not a container image, and nothing is damaged.'

/** Shared by all causes in which a signature takes the place of an image. */
export const SIGNATURE =
  'What the registry has under this name is a signature (or a signed attestation), which signing tools store beside the image; it is not a container image, and nothing is damaged.'

/** Shared by all causes in which an artifact takes the place of an image. */
export const ARTIFACT =
  'The artifact stored under this name is not a container image, but something else, such as a Helm chart.'

/** Since when runtimes refuse it by default (containerd's RELEASES.md, docs.docker.com/engine/deprecated). */
const SINCE: Partial<Record<string, string>> = {
  containerd: ' (containerd since version 2.0)',
  docker: ' (Docker since version 26, or earlier with the containerd image store)',
}

/** Whether the layers are of Docker's own type for zstd. */
export function isDockerZstd({ evidence }: Pick<Finding, 'evidence'>): boolean {
  return /\brootfs\.diff\.tar\.zstd\b/.test(evidence?.text ?? '')
}

/** Whether Docker took a manifest for one of schema 1 (docker-library/mysql#1001, ansible/ansible-runner#1095, go-gitea/gitea#28121). */
export function isUnsigned({ evidence }: Pick<Finding, 'evidence'>): boolean {
  return /\bmissing signature key\b/i.test(evidence?.text ?? '')
}

export const unsupportedManifest: CauseWords = {
  short: [
    ['web-page', 'web pages instead of images'],
    ['signed-artifact', "signatures that nodes can't store"],
    "images in a format that the nodes can't use",
  ],
  title: [
    ['web-page', 'A web page came back instead of the image'],
    ['signed-artifact', "The runtime can't store the signatures of this artifact"],
    "The node can't use what the registry returned for this image",
  ],
  meaning: [
    ['web-page', WEB_PAGE],
    [
      'signed-artifact',
      'The image is a signed OCI artifact: the runtime has it, and its signatures, but its store of artifacts has no place for signatures (cri-o/cri-o#9135); the registry and the login are not at fault.',
    ],
    ['attestation', ATTESTATION],
    ['signature-artifact', SIGNATURE],
    [
      'mixed-types',
      'The manifest is in OCI format, but its configuration has the type of Docker images, and this runtime takes no such mixture. Nothing is damaged, and the login is not at fault.',
    ],
    ['artifact', ARTIFACT],
    [
      'mislabeled',
      'The manifest came with another media type than its own, so the runtime does not read it. The image itself is not known to be at fault, and most likely a cache or the registry lost its type.',
    ],
    [
      'oci-unread',
      ({ steps: [first] }) =>
        `The registry has the image in the format of OCI only, and the request did not say that its client reads that: ${first.code === 'update-runtime' ? 'the runtime is too old to say so' : 'current runtimes say so, but a proxy, mirror, or cache in between may leave it out'}. Nothing is wrong with the image or the login.`,
    ],
    [
      leads('digest-mismatch'),
      'The runtime compares the digest that the pod names with that of the index and with that of the image for its own platform, and what the registry delivered has neither.',
    ],
    [
      'digest-of-index',
      'The pod names the digest of an index, which lists an image for each of several platforms, and the runtime compares that digest with the one of the image for its own platform, which is another. Nothing is damaged.',
    ],
    [
      'nydus-layer',
      'The image was converted for the snapshotter Nydus: other runtimes have nothing that reads its layers. Nothing is damaged.',
    ],
    [
      'schema1',
      ({ host: { runtime } }) =>
        `The image was pushed in the old format schema 1, which current runtimes no longer accept${SINCE[runtime ?? 'containerd'] ?? ''}.`,
    ],
    [
      isUnsigned,
      'Docker takes every manifest of a type that it does not know for one of schema 1, and this one lacks the signature that those have: the image is newer than Docker, or the registry sent an old manifest without its signature, or with the wrong type.',
    ],
    [
      isDockerZstd,
      'The layers are compressed with zstd under a media type of Docker that many runtimes do not know; nothing is damaged.',
    ],
    'The image has an old format or an unknown media type, or is not a container image at all.',
  ],
}
