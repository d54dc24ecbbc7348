/** The words of images that are not there, or not what the node can use. */

import type { Finding } from '../../../diagnosis/finding.ts'
import { shellWord } from '../../escape.ts'
import { onNode, pullByHand } from '../commands.ts'
import { forEach, setImage, untagged } from '../edits.ts'
import { type CauseWords, RegistryName } from '../told.ts'

export const imageNotFound: CauseWords = {
  tellsCredential: true,
  short: () => 'images that do not exist',
  title: ({ findings: [{ registry }] }) => `${RegistryName(registry)} has no such image`,
  meaning: () =>
    'The registry answered that the repository, the tag or the digest does not exist: a typo, or never pushed, or deleted.',
  next: ({ program, findings: [first, ...others] }) => [
    forEach(setImage(first, untagged(first.image), '<tag>'), [first, ...others]),
    {
      say: 'See how Kubernetes reads the name (registry, repository, tag)',
      command: `${program} image ${shellWord(first.image)}`,
    },
  ],
}

export const platformMismatch: CauseWords = {
  short: () => "images for another platform than the node's",
  title: () => "The image has nothing for the node's operating system or CPU",
  meaning: () =>
    'The image was built for other platforms than this node, such as amd64 only on an arm64 node.',
  next: ({ findings: [first] }) => [
    {
      say: 'See what the nodes are',
      command: 'kubectl get nodes -L kubernetes.io/os,kubernetes.io/arch',
    },
    {
      say: 'Build the image for that platform too (`docker buildx build --platform linux/amd64,linux/arm64 --push`)',
    },
    {
      ...setImage(first, untagged(first.image), '<tag>'),
      say: 'Or send the pods elsewhere with nodeSelector kubernetes.io/arch, or take an image that has it',
    },
  ],
}

export const unsupportedManifest: CauseWords = {
  short: () => 'images in a format the node cannot run',
  title: () => 'The node does not understand what the registry holds under this name',
  meaning: () =>
    'It is an old format (schema 1), an unknown media type, or no container image at all, such as a Helm chart.',
  next: ({ findings: [first, ...others] }) => [
    forEach(setImage(first, untagged(first.image), '<tag>'), [first, ...others]),
    { say: 'Push an old image once more with a current tool: schema 1 is not accepted any more' },
  ],
}

export const invalidReference: CauseWords = {
  short: () => 'invalid image names',
  title: () => "The image name can't be read",
  meaning: () =>
    'The name breaks the grammar (upper case, blanks, a stray colon or slash), or is short and could mean several images.',
  next: ({ program, findings: [first, ...others] }) => [
    { say: 'See what is wrong with the name', command: `${program} image ${shellWord(first.image)}` },
    forEach(setImage(first, '', '<image>'), [first, ...others]),
  ],
}

export const corruptOrUnpack: CauseWords = {
  short: () => 'layers that arrive damaged or do not unpack',
  title: () => 'The image arrived, but could not be unpacked on the node',
  meaning: () => "A layer's digest does not match, or the node's storage failed while it was written.",
  next: ({ findings: [first] }) => [
    {
      say: `Remove what is left of it ${onNode(first)}; the kubelet then pulls it anew`,
      command: `crictl rmi ${shellWord(first.reference ?? first.image)}`,
      where: onNode(first),
    },
    {
      say: `If it stays, look at the disk and the runtime's log ${onNode(first)}`,
      command: 'journalctl -u containerd -u crio --since -1h',
      where: onNode(first),
    },
    {
      say: 'If every node has it, push the image again: it is damaged in the registry or by a proxy in between',
    },
  ],
}

export const other: CauseWords = {
  tellsCredential: true,
  short: () => 'an unknown cause',
  title: ({ findings: [first] }) =>
    tellsNothing(first)
      ? 'The pull fails, and nothing says why any more'
      : 'The pull fails for a reason pullguard does not know',
  meaning: ({ findings: [first] }) =>
    tellsNothing(first)
      ? 'Events are kept for an hour, and the status says nothing; the next attempt within five minutes writes a new one.'
      : 'What the kubelet says fits no known cause; its own sentence is the best there is.',
  next: ({ program, findings: [first] }) => [
    tellsNothing(first)
      ? { say: 'Look again in five minutes', command: `${program} diagnose -n ${shellWord(first.namespace)}` }
      : {
          say: 'Read all that the kubelet said',
          command: `kubectl -n ${shellWord(first.namespace)} describe pod ${shellWord(first.pod)}`,
        },
    pullByHand(first),
  ],
}

/** The kubelet's bare back-off is no reason; that was in an event. */
export function tellsNothing({ evidence }: Finding): boolean {
  return evidence === null || /^back-off pulling image "[^"]*"\.?$/i.test(evidence.text)
}
