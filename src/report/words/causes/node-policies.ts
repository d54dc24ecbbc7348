/** The words of pulls that a policy forbids: one on the node for registries and signatures, or the pod's own pull policy. */

import { type ClueOf, clueOf, hasClue } from '../../../diagnosis/clues/clue.ts'
import type { Finding, NeverPullSubcause } from '../../../diagnosis/finding.ts'
import type { CauseContext, CauseWords } from '../cause-words.ts'
import { onNode } from '../node/node.ts'
import { joinList, registryLabel } from '../nouns.ts'

/** Whether the runtime got no answer from the store of signatures that it could use, and no web page either. */
function isUnread({ clues }: Pick<Finding, 'clues'>): boolean {
  return hasClue(clues, 'signature-lookup') && !hasClue(clues, 'web-page')
}

const policyFile = ({ clues }: Pick<Finding, 'clues'>) => clueOf(clues, 'policy-file')

export const signaturePolicy: CauseWords = {
  short: [
    ['source-blocked', ({ registry }) => `${registryLabel(registry)}, which the nodes' settings block`],
    ['not-listed', 'a policy on the nodes'],
    ['verifier-failed', 'failing image verifiers'],
    ['policy-file', 'a missing or unreadable signature policy'],
    ['policy-key', 'unreadable keys of a signature policy'],
    ['no-gnupg', "runtimes that can't find GnuPG"],
    'a signature policy',
  ],
  title: [
    ['source-blocked', ({ registry }) => `The node's settings block ${registryLabel(registry)}`],
    ['verifier-failed', 'The image verifier on the node fails, so the runtime blocks the image'],
    [
      'policy-file',
      first =>
        policyFile(first)?.missing === true
          ? `The signature policy ${onNode(first)} is missing`
          : `The signature policy ${onNode(first)} can't be read`,
    ],
    ['policy-key', first => `A key of the signature policy ${onNode(first)} can't be read`],
    ['no-gnupg', first => `The runtime ${onNode(first)} can't check signatures with GnuPG`],
    [isUnread, first => `The runtime ${onNode(first)} could not read the signatures of the image`],
    'A policy on the node refuses the image',
  ],
  meaning: context => {
    const [first] = context.findings
    const file = policyFile(first)
    if (file !== undefined)
      return `The runtime reads ${file.path} before it asks any registry, and the pull ended there; the image and its signature are not at fault.`
    if (hasClue(first.clues, 'source-blocked'))
      return "The runtime's registries.conf blocks this registry or repository, so it was not asked."
    if (hasClue(first.clues, 'not-listed'))
      return "The runtime's policy.json rejects images from this place, signed or not; the registry itself did not refuse it."
    if (hasClue(first.clues, 'no-gnupg'))
      return 'The policy demands a signature by a GPG key, and the runtime could not use GnuPG to check it; the image and its signature are not at fault.'
    if (isUnread(first))
      return "The runtime verifies signatures, and it could not read this image's, so nothing is known about the image itself."
    if (hasClue(first.clues, 'policy-key'))
      return 'The policy names a key or a certificate for this image that the runtime could not read, so it refuses the image; the image and its signature are not at fault.'
    if (hasClue(first.clues, 'verifier-failed'))
      return "The verifier could not be started or did not finish, so the image's signature was not judged; the registry itself did not refuse it."
    if (hasClue(first.clues, 'web-page'))
      return 'The runtime verifies signatures, and got a web page where it looked for the signature of this image; the registry itself did not refuse it.'
    const verifier = clueOf(first.clues, 'verifier')?.name
    if (verifier !== undefined)
      return `containerd runs image verifiers before each pull, and ${verifier} rejected the image; the registry itself did not refuse it.`
    const { demanded, actual = null } = clueOf(first.clues, 'signer') ?? {}
    const signed = clueOf(first.clues, 'signed-otherwise')?.with
    if (demanded === undefined && signed !== undefined)
      return `The image is signed, but ${SIGNED[signed]}; the registry itself did not refuse it.`
    return demanded === undefined
      ? 'The runtime verifies signatures or blocks registries, and this image did not pass; the registry itself did not refuse it.'
      : `The node's policy requires the signer ${demanded}, and the image was signed by ${actual ?? 'someone else or in another way'}; the registry itself did not refuse it.`
  },
}

const SIGNED: Record<ClueOf<'signed-otherwise'>['with'], string> = {
  key: 'not with a key or by a signer that the policy accepts',
  name: 'for a name other than the one that the policy accepts',
  'media-type': "in a format that the runtime doesn't read (with the media types of Docker images)",
}

const NEVER: Record<NeverPullSubcause | 'unknown', [title: string, meaning: string]> = {
  'not-present': [
    'Pull policy Never, and the image is not on the node',
    'The kubelet only uses what is already on the node, and no image of this name is there.',
  ],
  'not-verified': [
    'Pull policy Never, and the image on the node is not verified for this pod',
    'The node lists the image, but the kubelet does not let this pod use it without a verified credential (KEP-2535): it was pulled with one that the pod does not have, or it was preloaded, and the same content was pulled with such a credential under another name (kubernetes/kubernetes#138211). With policy Never the kubelet does not ask the registry.',
  ],
  unknown: [
    'Pull policy Never, and the kubelet has no image that this pod can use',
    'With imagePullPolicy Never the kubelet only uses what is already on the node: the image is not there, or (from Kubernetes 1.33 on) the kubelet does not let this pod use it without a verified credential.',
  ],
}

function neverTexts({ findings: [{ subcause, clues }] }: CauseContext): [title: string, meaning: string] {
  const other = clueOf(clues, 'other-name')
  // k3s-io/k3s#7015.
  if (other?.name === null)
    return [
      'Pull policy Never, and the runtime does not find the image on the node',
      'The node lists the image, but its runtime does not find it by this name: it was imported without its registry in the name, which the list adds, or it was removed since.',
    ]
  if (other !== undefined && subcause !== 'not-verified') {
    const [title, meaning] = NEVER['not-present']
    return [title, `${meaning} The node has ${other.name}, which may be the same image under another name.`]
  }
  const tags = clueOf(clues, 'other-tags')?.tags
  if (tags !== undefined && subcause === 'not-present') {
    const [title, meaning] = NEVER['not-present']
    return [title, `${meaning} The node has other tags of the image: ${joinList(tags)}.`]
  }
  return NEVER[(subcause ?? 'unknown') as keyof typeof NEVER]
}

export const neverPull: CauseWords = {
  credentials: 'used',
  short: () => 'pull policy Never',
  title: context => neverTexts(context)[0],
  meaning: context =>
    hasClue(context.findings[0].clues, 'disk-pressure') && context.findings[0].subcause !== 'not-verified'
      ? `${neverTexts(context)[1]} If it was there before, the kubelet has most likely removed it, as it does with unused images when the disk fills up.`
      : neverTexts(context)[1],
}
