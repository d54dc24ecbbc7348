/** The words of steps for the pause image, which the runtime itself pulls for each pod. */

import type { SandboxStep } from '../../../advice/step/step-at-node.ts'
import { hasClue } from '../../../diagnosis/clues/clue.ts'
import type { PullingNode } from '../../../diagnosis/node/pulling-node.ts'
import { windowsBuildOf } from '../../../image/windows-images.ts'
import { shellWord } from '../../sanitize.ts'
import type { FirstFinding } from '../cause-words.ts'
import { nodeClientStep, nodeName, nodeShellStep, onNodes } from '../node/node.ts'
import { pullCommand, sandboxImage } from '../node/node-images.ts'
import { isBuiltIn, sandboxLoginPlace, withoutSandboxLogin } from '../node/node-logins.ts'
import { preloadPlace, sandboxSetting } from '../node/node-settings.ts'
import { registryLabel } from '../nouns.ts'
import type { StepWords } from '../step-words.ts'

/** Returns what a node's images have to be built for. */
function platformOf({ os, kernel, architecture }: PullingNode): string {
  if (os === 'windows')
    return kernel === null ? 'its Windows build' : `its Windows build, ${windowsBuildOf(kernel)}`
  return architecture === null ? 'its platform' : `its platform, ${os ?? 'linux'}/${architecture}`
}

/** Where users put a configuration of containerd in place of the distribution's (docs.k0sproject.io/stable/runtime, docs.k3s.io/advanced). */
const OWN_CONFIGURATION: Partial<Record<string, string>> = {
  k0s: '/etc/k0s/containerd.toml',
  k3s: 'config.toml.tmpl or config-v3.toml.tmpl in /var/lib/rancher/k3s/agent/etc/containerd',
  rke2: 'config.toml.tmpl or config-v3.toml.tmpl in /var/lib/rancher/rke2/agent/etc/containerd',
}

/** The pause image of K3s and RKE2. */
const RANCHERS_PAUSE = /^(?:(?:index\.)?docker\.io\/)?rancher\/(?:mirrored-)?pause[:@]/

/** Returns which pause image to set: k8s.gcr.io only leads to registry.k8s.io, to which a closed network is mostly closed, too. */
function ownPause(image: string, closedTo: string | undefined): string {
  const current = /^k8s\.gcr\.io\/./.test(image) ? image.replace('k8s.gcr.io', 'registry.k8s.io') : null
  if (closedTo === undefined)
    return `one that is public or in your mirror${current === null ? '' : `, such as ${current}, as k8s.gcr.io is frozen`}`
  return current === null
    ? 'one in a registry or mirror of your own'
    : `a copy of ${current} in a registry or mirror of your own, or, if the node reaches registry.k8s.io, to that image itself, as k8s.gcr.io is frozen`
}

/** Whether containerd looked for the image of EKS's nodes by a name without a tag, which it does not complete (awslabs/amazon-eks-ami#2730). */
function isWithoutTag({ host, image, clues }: FirstFinding): boolean {
  return host.platform === 'eks' && image === 'localhost/kubernetes/pause' && hasClue(clues, 'not-on-node')
}

/** Talos pulls with the login of its own settings (siderolabs/talos#9594), but along the same way. */
function pulledThere({ host, cause }: FirstFinding, image: string): string {
  return host.platform === 'talos' && image !== '' && cause === 'auth-required-or-denied'
    ? ` (\`${pullCommand(host, image)}\`)`
    : ''
}

export const sandboxSteps: StepWords<SandboxStep> = {
  'restore-sandbox-image': (_step, { findings, findings: [first] }) => {
    const { platform, kernel, kubeletMinor, amazonLinux2 } = first.host
    if (isWithoutTag(first))
      return nodeClientStep(
        `See whether ${nodeName(first)} has ${first.image}:latest (this lists the pause images): if so, only the name in containerd's settings lacks the tag, as in release v20260520 of EKS's images for nodes (awslabs/amazon-eks-ami#2729), so use another release, or set pinned_images.sandbox to ${first.image}:latest in spec.containerd.config of the NodeConfig; if it is not there, replace the node`,
        sandboxImage(first.host).list,
        findings,
      )
    // awslabs/amazon-eks-ami#1597.
    const text = `Restore the pause image ${onNodes(findings)}: EKS's nodes come with it (and may lose it when the kubelet frees space, which newer node images prevent)`
    const isOfOtherSystem =
      platform === 'bottlerocket' || kernel?.includes('amzn2023') === true || amazonLinux2 === false
    // Amazon Linux 2 ends with Kubernetes 1.32 (docs.aws.amazon.com/eks), and no other image has this service, which pulls from ECR only.
    return isOfOtherSystem || first.registry === 'localhost' || (kubeletMinor !== null && kubeletMinor > 32)
      ? {
          text: `${text}, so replace the node; if new nodes lack it too, look at what hides or removes it there, such as a volume that is mounted over /var/lib/containerd`,
        }
      : nodeClientStep(
          `${text}, and on Amazon Linux 2 this service pulls it with the node's role; otherwise replace the node`,
          'systemctl restart sandbox-image',
          findings,
        )
  },
  'renew-sandbox-image': (_step, { findings, findings: [{ host }] }) => {
    const { verbs, list } = sandboxImage(host)
    return nodeClientStep(
      `Remove the pause image ${onNodes(findings)} and pull it again (${verbs}), because the runtime's copy is damaged or incomplete; this shows its name`,
      list,
      findings,
    )
  },
  'ecr-login-of-node': ({ region }, { findings }) => {
    const [first] = findings
    const { platform, os, virtual } = first.host
    const text = `Check that ${nodeName(first)} can log in to ECR: its IAM role needs AmazonEC2ContainerRegistryPullOnly${first.host.runtime === 'docker' && !isBuiltIn('ecr', first) ? ", the kubelet's credential provider has to be configured" : ''}, and in a private subnet it needs the VPC endpoints ecr.api (for logins), ecr.dkr, and S3 (for layers)`
    return region === null ||
      platform === 'talos' ||
      platform === 'bottlerocket' ||
      os === 'windows' ||
      virtual !== undefined
      ? { text }
      : nodeShellStep(
          `${text}; this tests the login ${onNodes(findings)}, if the AWS CLI is there`,
          `aws ecr get-login-password --region ${shellWord(region)} >/dev/null && echo ok`,
          findings,
        )
  },
  'set-sandbox-image': ({ image, full, own, closedTo }, { findings, findings: [first] }) => {
    if (own !== undefined)
      return {
        text: `Add the pause image of this distribution (${own}) to the configuration of containerd ${onNodes(findings)}, if that is your own (${OWN_CONFIGURATION[first.host.platform ?? '']}, or that of a containerd that you run yourself), as sandbox_image, or from containerd 2 on as pinned_images.sandbox: the runtime asks for ${image}, the default of containerd`,
      }
    const archive = preloadPlace(first.host)
    // docs.k3s.io/installation/airgap.
    const preload =
      archive !== null && RANCHERS_PAUSE.test(image)
        ? `or put the archive of the airgap images of the node's ${first.host.platform === 'rke2' ? 'RKE2' : 'K3s'} release, which has this one and all others of the node's own, into ${archive}, and restart ${first.host.platform === 'rke2' ? 'RKE2' : 'K3s'} there, which imports it`
        : `or preload ${image === '' ? 'it' : (full ?? image)} on the node${archive === null ? '' : ` (an archive in ${archive})`}${pulledThere(first, full ?? image)}`
    const give = closedTo === undefined ? 'Give' : `If the network is meant to be closed to ${closedTo}, give`
    const setting = sandboxSetting(first.host)
    // kubernetes/kubernetes, build/pause/Makefile.
    if (first.cause === 'platform-mismatch')
      return {
        text: `Give the runtime ${onNodes(findings)} a pause image that is built for ${platformOf(first.host)}, in ${setting}; registry.k8s.io/pause is built for every Linux architecture and for releases of Windows Server`,
      }
    if (first.cause === 'invalid-reference')
      return {
        text: hasClue(first.clues, 'short-name')
          ? `Write the pause image with its registry in the runtime's settings ${onNodes(findings)} (${setting}), as in registry.k8s.io/pause:3.10, ${preload}`
          : `Correct the name of the pause image in the runtime's settings ${onNodes(findings)} (${setting}): the error quotes what is written there, which may have a stray quotation mark or space`,
      }
    const { platform } = first.host
    if (full === undefined && (platform === 'gke' || platform === 'aks'))
      return {
        text: `${give} the runtime ${onNodes(findings)} a pause image that it can get: replace the node, or ${preload.replace(/^or /, '')}. ${platform === 'gke' ? 'GKE' : 'AKS'} sets the name of that image itself, so a change in containerd's configuration does not last`,
      }
    return {
      text:
        full === undefined
          ? `${give} the runtime ${onNodes(findings)} a pause image that it can get: set it to ${ownPause(image, closedTo)} (${setting}), ${preload}`
          : `Write the pause image with its registry, as ${full}, in the runtime's settings ${onNodes(findings)} (${setting}), ${preload}; \`crictl images\` there lists what it has`,
    }
  },
  'sandbox-login': ({ registry }, { findings, findings: [first] }) => ({
    text: `Or give the runtime itself a login for ${registryLabel(registry)} ${onNodes(findings)}, in ${sandboxLoginPlace(first.host)}: pod pull secrets are not used for the pause image${withoutSandboxLogin(first)}`,
  }),
}
