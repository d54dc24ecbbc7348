/** Where a node itself has logins: the kubelet's, the runtime's, those for a mirror and for the pause image, and a guest's. */

import type { StepOf } from '../../../advice/step/step.ts'
import { hasClue } from '../../../diagnosis/clues/clue.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import type { Platform } from '../../../diagnosis/node/node-platform.ts'
import type { PullingNode } from '../../../diagnosis/node/pulling-node.ts'
import type { Cloud } from '../../../image/cloud-registries.ts'
import { registryLabel } from '../nouns.ts'
import { talosctl } from './node.ts'
import {
  dockerClient,
  hasRegistriesYaml,
  mirrorSettings,
  registriesYaml,
  restartOf,
} from './node-settings.ts'
import { isOldContainerd, oldLogin } from './old-containerd.ts'

/** Returns how nodes get a login of their own for a mirror, to follow `If HOST itself requires a login, `. */
export function mirrorLogin(node: PullingNode, host: string, registry: string): string {
  const { place, keepsNone } = mirrorLoginPlace(node, host, registry)
  return place === null
    ? `let the mirror serve the nodes without one: ${keepsNone} keeps no login for a mirror`
    : `give the nodes one in ${place}, or let the mirror serve the nodes without one`
}

/** Returns the same for a mirror that requires a login, as the start of a sentence. */
export function neededMirrorLogin(node: PullingNode, host: string, registry: string): string {
  const { place, keepsNone } = mirrorLoginPlace(node, host, registry)
  return place === null
    ? `Let the mirror ${host} serve the nodes without a login, as ${keepsNone} keeps none for a mirror`
    : `Put a login for ${host} into ${place}, or let the mirror serve the nodes without one`
}

/** Returns where a node has its login for a mirror; if nowhere, what keeps none. */
function mirrorLoginPlace(
  node: PullingNode,
  host: string,
  registry: string,
): { place: string; keepsNone?: never } | { place: null; keepsNone: string } {
  const { platform, runtime, os } = node
  if (runtime === 'docker') return { place: null, keepsNone: 'Docker' }
  if (platform === 'bottlerocket') return { place: null, keepsNone: 'Bottlerocket' }
  if (platform === 'gke' && os === 'windows') return { place: null, keepsNone: 'GKE on Windows' }
  if (hasRegistriesYaml(node))
    return {
      place: `${registriesYaml(node.platform, os)} (configs."${host}".auth; ${restartOf(node)})`,
    }
  if (platform === 'talos' || platform === 'openshift') return { place: runtimeLoginPlace(node) }
  if (runtime === 'cri-o') return { place: "CRI-O's global_auth_file" }
  if (isOldContainerd(node)) return { place: oldLogin(node, host) }
  const header = platform === 'gke' ? 'header' : 'header.Authorization'
  return {
    place: `${mirrorSettings(node, registry)}${runtime === 'containerd' ? ` (${header} of this host)` : ''}`,
  }
}

/** Returns the kubelet's folder, where its config.json with logins is. */
export function kubeletFolder({ platform }: PullingNode): string {
  if (platform === 'k0s') return '/var/lib/k0s/kubelet'
  return platform === 'microk8s' ? '/var/snap/microk8s/common/var/lib/kubelet' : '/var/lib/kubelet'
}

/** Returns where a runtime has registry logins of its own. */
export function runtimeLoginPlace(node: PullingNode): string {
  const { platform, runtime, os } = node
  if (hasRegistriesYaml(node)) return registriesYaml(node.platform, os)
  if (platform === 'talos')
    return 'the machine configuration (RegistryAuthConfig; before Talos 1.12 machine.registries.config)'
  if (platform === 'openshift')
    return node.hosted
      ? 'the secret that spec.pullSecret of the HostedCluster names (on its management cluster)'
      : 'the pull secret of the cluster (openshift-config/pull-secret)'
  if (platform === 'bottlerocket') return 'settings.container-registry.credentials'
  return runtime === 'cri-o' ? "CRI-O's global_auth_file" : "the runtime's own registry settings"
}

/** What distributes or reads changed logins by itself: Machine Config Operator, Bottlerocket's API, and CRI-O, which reads its file for each pull. */
const isReread = ({ platform, runtime }: PullingNode) =>
  platform === 'openshift' || platform === 'bottlerocket' || runtime === 'cri-o' || runtime === 'docker'

/**
 * Returns, after a semicolon, what a changed login of the runtime takes to be used: containerd reads those of its settings only when it starts
 * (containerd/containerd, docs/cri/registry.md; siderolabs/talos#10717, #12725).
 */
export function afterLoginChange(node: PullingNode): string {
  if (isReread(node)) return ''
  if (node.platform === 'talos')
    return `; containerd reads a login there only when it starts, so reboot the node after a change (\`${talosctl('reboot')}\`; Talos 1.14 restarts it by itself)`
  const restart = restartOf(node)
  return `; containerd reads a login in its own settings only when it starts, so after a change there, ${restart ?? 'restart it'}`
}

/** Returns that the first release of containerd 2 does not send a login for the pause image; empty for others. */
export function withoutSandboxLogin({
  host,
  containerKind,
}: Pick<Finding, 'host' | 'containerKind'>): string {
  return containerKind === 'sandbox' && host.runtime === 'containerd' && host.version === '2.0.0'
    ? '; containerd 2.0.0 may not send it for the pause image, whatever its settings say (containerd/containerd#10916): update it then'
    : ''
}

/** Returns where the login for the pause image is, which the runtime pulls with none of the pod's. */
export function sandboxLoginPlace(node: PullingNode): string {
  const { runtime } = node
  if (runtime === 'cri-o') return 'pause_image_auth_file of CRI-O'
  if (runtime !== 'docker')
    return node.platform === null ? "containerd's registry configuration" : runtimeLoginPlace(node)
  // Unlike the kubelet, cri-dockerd has no folder of its own for this file.
  return dockerClient(node) === 'the kubelet'
    ? '/var/lib/kubelet/config.json'
    : '/.docker/config.json, which cri-dockerd reads'
}

/** Whose rights count on Fargate, where no node has a role (docs.aws.amazon.com/eks, "Amazon EKS Pod execution IAM role"). */
export const FARGATE_ROLE = "the pod execution role of the pod's Fargate profile"

/** Distributions whose nodes come with the provider of their cloud. */
const WITH_PROVIDER: readonly (Platform | null)[] = ['aks', 'bottlerocket', 'eks', 'gke', 'openshift']

/**
 * The first minor version of Kubernetes whose kubelet has no provider for the cloud built in: that for ECR was removed (kubernetes/kubernetes#116329),
 * and the others are off by default since then (DisableKubeletCloudCredentialProviders, KEP-2133; kubernetes/kops#15974).
 */
const firstWithoutOwn = (cloud: Cloud | null) => (cloud === 'ecr' ? 27 : 29)

/** The minor version since when the kubelet has no provider of its own for the cloud; null if it has one, or something shows another. */
export function noneBuiltInSince(
  cloud: Cloud | null,
  { clues, host: { kubeletMinor, platform } }: Pick<Finding, 'clues' | 'host'>,
): number | null {
  const isShown = hasClue(clues, 'credential-provider', 'annotated-provider')
  const since = firstWithoutOwn(cloud)
  return isShown || kubeletMinor === null || kubeletMinor < since || WITH_PROVIDER.includes(platform)
    ? null
    : since
}

/**
 * Whether this kubelet asks the cloud for a login by itself: plugins came with Kubernetes 1.20, and stayed behind a feature gate until 1.24 (KEP-2133).
 * Something may show another provider.
 */
export function isBuiltIn(
  cloud: Cloud | null,
  { clues, host: { kubeletMinor } }: Pick<Finding, 'clues' | 'host'>,
): boolean {
  const isShown = hasClue(clues, 'credential-provider', 'annotated-provider')
  return cloud !== null && !isShown && kubeletMinor !== null && kubeletMinor < 24
}

/** Returns what to check about a kubelet that asks the cloud by itself. */
export function ofBuiltIn(cloud: Cloud, { host: { kubeletMinor } }: Pick<Finding, 'host'>): string {
  const texts = {
    // Later ones ask ECR on any instance of AWS (kubernetes/kubernetes#23298; pkg/credentialprovider/aws).
    ecr: `${kubeletMinor !== null && kubeletMinor < 14 ? 'that the kubelet runs with --cloud-provider=aws (restart it after a change), ' : ''}that the node has its IAM role, with the policy AmazonEC2ContainerRegistryPullOnly`,
    acr: 'the identity in the file of --azure-container-registry-config, such as /etc/kubernetes/azure.json (restart the kubelet after a change)',
    gar: "the node's service account and its access scopes (devstorage.read_only or cloud-platform)",
  }
  return texts[cloud]
}

/** Returns what the guest of a confidential container lacks, which pulls by itself. */
export function guestText(
  needs: StepOf<'guest-settings'>['needs'],
  { registry, endpoint }: Pick<Finding, 'registry' | 'endpoint'>,
): string {
  const host = registryLabel(registry)
  const texts = {
    login: `Give the guest its own login for ${host} (with confidential containers: through its key broker or the guest's configuration): pull secrets and the node's own logins don't reach it`,
    way: `Give the guest itself access to ${host} (network, firewall and egress rules, DNS, proxy, and trusted authorities inside the guest VM): it does not use the node's`,
    // confidential-containers/guest-components#505; [image] in the Confidential Data Hub's configuration.
    trust: `Let the guest trust the authority that signed the certificate of ${endpoint?.host ?? host}: put its CA certificate into the guest's image (initrd or root file system), or, with confidential containers, into extra_root_certificates below [image] in the Confidential Data Hub's configuration (cdh.toml, in the initdata); what the node trusts does not matter`,
    look: `Look at the log of the guest's own image service (the Confidential Data Hub, image-rs): most often the guest VM can't reach ${host} (network, firewall and egress rules, DNS, proxy), does not trust its certificate (an authority of your own has to be in the guest's image), or lacks a login for it, as it uses neither the node's network nor the pod's login`,
    // confidential-containers/guest-components#1585, cloud-api-adaptor#3202.
    unpacker:
      "Look at the log of the guest's own image service (the Confidential Data Hub, image-rs), which unpacks images inside the guest VM: the node's runtime and its store are not involved. Where it can't write files that other images have as well, change its version, which comes with the guest's image (initrd or root file system): guest-components 0.21.0, for one, can't set the permissions of files",
    key: "Let the guest get the key that the image was encrypted with from its key broker (with confidential containers, Trustee has to hold it under the name that the image's annotations give, and to accept the guest's attestation), or use an image that is not encrypted: keys on the node don't reach the guest",
    // kata-containers/kata-containers#9332, #10628.
    time: `Give the guest more time for the pull: create_container_timeout in the configuration of Kata Containers (60 seconds by default), and runtimeRequestTimeout of the kubelet (2 minutes), of which the shorter one counts; if the image is small, look at the log of the guest's own image service for why it does not get through to ${host}, as it does not use the node's network`,
    room: 'Give the guest VM more memory or a disk for its images (with Kata Containers: default_memory, or the annotation io.katacontainers.config.hypervisor.default_memory): it unpacks them inside',
  }
  return texts[needs]
}
