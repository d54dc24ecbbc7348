/** The words of steps for policies on the node: about signatures, and about registries that it blocks. */

import type { NodePolicy, PolicyStep } from '../../../advice/step/step-at-node.ts'
import { type ClueOf, hasClue } from '../../../diagnosis/clues/clue.ts'
import type { Platform } from '../../../diagnosis/node/node-platform.ts'
import type { PullingNode } from '../../../diagnosis/node/pulling-node.ts'
import { kubectlCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import { nodeClientStep, onNodes } from '../node/node.ts'
import { imageSettings, mayBeOpenShift } from '../node/node-settings.ts'
import { registryLabel } from '../nouns.ts'
import type { Findings, StepWords } from '../step-words.ts'

/** Where these platforms keep the configuration of a containerd that they start themselves. */
const CONTAINERD_FILE: Partial<Record<Platform, string>> = {
  k3s: '/var/lib/rancher/k3s/agent/etc/containerd/config.toml',
  rke2: '/var/lib/rancher/rke2/agent/etc/containerd/config.toml',
  k0s: '/etc/k0s/containerd.toml /etc/k0s/containerd.d/*.toml',
  microk8s: '/var/snap/microk8s/current/args/containerd.toml',
}

/** Returns the settings that decide, by the kind of policy and the node's runtime; the command is null if words have to do. */
function policySettings(
  kind: NodePolicy,
  { runtime, platform, os }: PullingNode,
): { what: string; command: string | null } {
  if (kind === 'blocked')
    return {
      what: 'See which entry of registries.conf blocks it',
      command:
        'grep -rn -B 4 "blocked *= *true" /etc/containers/registries.conf /etc/containers/registries.conf.d',
    }
  if (platform === 'talos')
    return { what: 'See what ImageVerificationConfig in the machine configuration requires', command: null }
  if (runtime === 'docker')
    return {
      what: 'See whether daemon.json has an authorization plugin or content-trust that refuses the image',
      command: null,
    }
  if (runtime !== 'containerd')
    return {
      what: kind === 'rejected' ? 'See which images the policy accepts' : 'See what the policy requires',
      command: 'cat /etc/containers/policy.json',
    }
  const file = platform === null ? undefined : CONTAINERD_FILE[platform]
  const what = 'See which image verifiers containerd runs'
  if (os === 'windows')
    return { what: `${what} (image-verifier in C:\\Program Files\\containerd\\config.toml)`, command: null }
  return file === undefined
    ? { what, command: 'containerd config dump | grep -A 5 image-verifier' }
    : {
        what: `${what} (if there is no entry, those in /opt/containerd/image-verifier/bin)`,
        command: `grep -A 5 image-verifier ${file}`,
      }
}

const ALLOWED: Record<Exclude<NodePolicy, 'signature'>, string> = {
  blocked: 'registrySources, or mirrorSourcePolicy of an ImageTagMirrorSet or ImageDigestMirrorSet',
  rejected: 'registrySources.allowedRegistries',
}

/** What ends the refusal of a signature policy, by what the text shows of the signature. */
const SIGN: Record<ClueOf<'signed-otherwise'>['with'] | 'none', string> = {
  'media-type':
    'Sign the image again with OCI media types (`cosign sign` without COSIGN_DOCKER_MEDIA_TYPES), in a registry that takes them: the runtime only reads such signatures, and this one has those of Docker images',
  key: 'Have the policy accept the key or the identity that the image is signed with: it has a signature, but none that the policy accepts; if the image is yours, you can also sign it with the key that the policy names',
  name: 'Have the policy accept the name that the signature is for (signedIdentity: remapIdentity or exactRepository): a copy of an image keeps the signature of the original; if the image is yours, you can also sign the copy',
  none: "Sign the image as the policy requires if it is yours, or have the policy accept its repository, or use the publisher's signed image",
}
/** CRI-O does not look for them by default (containers-registries.d(5); containers/image#1613). */
const ATTACHED =
  '. An image that cosign has signed counts as unsigned until the nodes look for signatures beside it in the registry (use-sigstore-attachments: true for its host in /etc/containers/registries.d)'
/** Docs of OpenShift, "Manage secure signatures with sigstore": the Machine Config Operator writes the nodes' policy.json from them. */
const POLICY_OBJECTS =
  ". On OpenShift, do this in the ClusterImagePolicy or ImagePolicy for the image: the Machine Config Operator overwrites the nodes' policy.json"

/** The number of a signature in a store, and the status that the store refused it with; a registry that stores signatures has other names for them. */
const REFUSED_SIGNATURE =
  /\breading signatures? from \S{1,400}\/signature-(\d{1,4})\b.{0,200}?\b(40[013]|410)\b/i

const WHY_REFUSED: Partial<Record<string, string>> = {
  401: ' It sends no login there.',
  403: ' S3 answers 403 in place of 404 unless the reader may list the bucket (s3:ListBucket).',
}

/** What to do about a store that refuses a signature, which may be one that does not exist; null if the text does not say so. */
function refusedSignature({ evidence, endpoint }: Findings[0]): string | null {
  const [, number, status] = REFUSED_SIGNATURE.exec(evidence?.text ?? '') ?? []
  const host = endpoint?.host ?? null
  if (number === undefined || host === null) return null
  const reads = `the runtime reads signature-1, signature-2, and so on until a 404, and got ${status} for signature-${number}`
  const where = 'This shows where the nodes are told to look for signatures'
  // Everyone can read those of Red Hat.
  if (/(?:^|\.)redhat\.(?:com|io)$/.test(host))
    return `Look for a proxy or firewall that answers in place of ${host}, where anyone can read signatures, or whether ${host} refuses the address of the nodes: ${reads}. ${where}`
  const why = WHY_REFUSED[status ?? ''] ?? ''
  return `Let the nodes read the signature store ${host}, and have it answer 404 for what does not exist: ${reads}${number === '1' ? '' : ', most likely because there are no more'}.${why} ${where}`
}

export const policySteps: StepWords<PolicyStep> = {
  'show-policy': ({ kind }, { findings, findings: [first] }) => {
    const { what, command } = policySettings(kind, first.host)
    return nodeClientStep(`${what} ${onNodes(findings)}`, command, findings)
  },
  'show-image-settings': (_step, { invocation, findings: [first] }) => ({
    text: `See which registries the cluster allows (registrySources): OpenShift writes its nodes' registries.conf and policy.json from these settings${first.host.hosted ? `, which come from ${imageSettings(first.host)}` : ''}`,
    command: kubectlCommand(invocation, 'get image.config.openshift.io cluster -o yaml'),
  }),
  'show-policy-file': ({ path }, { findings }) =>
    nodeClientStep(
      `Find what the container runtime can't read in its signature policy ${onNodes(findings)}`,
      `cat ${shellWord(path)}`,
      findings,
    ),
  'repair-policy-file': ({ path, missing }, { findings, findings: [{ host }] }) => ({
    text: `${
      missing
        ? `Restore ${path} ${onNodes(findings)}, which the package containers-common provides`
        : `Correct ${path} ${onNodes(findings)}, or update the container runtime there if a newer package installed the file: an old one rejects keys that it does not know`
    }${mayBeOpenShift(host) ? '. On OpenShift, the Machine Config Operator overwrites this file: correct the object that it is made from' : ''}`,
  }),
  'signature-store': (_step, { findings }) =>
    nodeClientStep(
      refusedSignature(findings[0]) ??
        (hasClue(findings[0].clues, 'web-page')
          ? `Correct the address of the configured signature store ${onNodes(findings)}: a web page came back in place of a signature`
          : `Check the configured signature store ${onNodes(findings)}, or the registry itself if they are stored beside the image: the runtime could not read the image's signature there`),
      "grep -rnE 'lookaside|sigstore' /etc/containers/registries.d",
      findings,
    ),
  // projectcalico/calico#11564.
  'verifier-folder': ({ name }, { findings }) => ({
    text: `Set bin_dir of containerd's image verifier (io.containerd.image-verifier.v1.bindir) ${onNodes(findings)} to a folder that has nothing but verifiers in it, or an empty one, and restart containerd: it runs each program in that folder as a verifier, and ${name} is the name of a network plugin (CNI)`,
  }),
  // cri-o/cri-o#8666, cri-o/cri-o#9478: GPGME of static builds looked for gpg at a fixed path; cri-o/cri-o#9479 corrected it.
  'repair-gnupg': (_step, { findings }) =>
    nodeClientStep(
      `Install GnuPG ${onNodes(findings)} if this fails; if it works, update the runtime: static builds of CRI-O 1.34.0 don't find gpg on some systems (cri-o/cri-o#9478)`,
      'gpg --version',
      findings,
    ),
  'restore-policy-key': (_step, { findings, findings: [{ host }] }) => ({
    text: `Put the key or certificate that the message names in its place ${onNodes(findings)}, readable by the runtime, or correct its path in the policy${mayBeOpenShift(host) ? POLICY_OBJECTS : ''}`,
  }),
  'content-trust': () => ({
    text: "Repeat the pull without Docker Content Trust (DOCKER_CONTENT_TRUST=0): with it, Docker's client first asks a Notary server for the image's signatures, and this is that server's answer; the kubelet's pulls don't ask it",
  }),
  'leave-signatures': ({ host }, { findings }) => ({
    text: `Update CRI-O ${onNodes(findings)} to 1.33 or later, which leaves out the signatures of an artifact; or, if no policy there needs them, set use-sigstore-attachments to false for ${host} in /etc/containers/registries.d`,
  }),
  'repair-verifier': (_step, { findings }) => ({
    text: `Find out why the image verifier fails ${onNodes(findings)}: containerd runs each program in its bin_dir, and blocks the pull if one can't be started or takes longer than per_verifier_timeout (10 seconds by default), such as while it waits for the network`,
  }),
  'satisfy-policy': ({ kind, signed }, { findings: [{ host, registry }] }) => {
    if (kind === 'signature') {
      const place = mayBeOpenShift(host) && signed !== 'media-type' ? POLICY_OBJECTS : ''
      const attached = signed === null && host.runtime === 'cri-o' ? ATTACHED : ''
      return { text: `${SIGN[signed ?? 'none']}${attached}${place}` }
    }
    const place = mayBeOpenShift(host)
      ? ` (on OpenShift in ${imageSettings(host)}: ${host.hosted && kind === 'blocked' ? 'registrySources' : ALLOWED[kind]})`
      : ''
    return {
      text: `Ask an administrator of the nodes to allow ${registryLabel(registry)}${place}, or copy the image into a registry that is allowed and use that name`,
    }
  },
}
