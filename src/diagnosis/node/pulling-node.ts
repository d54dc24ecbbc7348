/** What is known about the node that pulls: from its object, from the pod, and from the wording of its runtime's errors. */

import type { Cloud } from '../../image/cloud-registries.ts'
import type { Distribution, Node } from '../../snapshot/node.ts'
import type { Pod } from '../../snapshot/pod.ts'
import { firstMatch } from '../text/first-match.ts'
import { platformNamed } from './node-names.ts'
import { type SystemFamily, systemFamily } from './system-family.ts'
import { type VirtualNode, virtualNode } from './virtual-node.ts'

type Runtime = 'containerd' | 'cri-o' | 'docker'

/** A distribution or cloud whose nodes keep their settings in their own place, or need a special way to get a shell. */
export type Platform =
  | 'k3s'
  | 'rke2'
  | 'k0s'
  | 'microk8s'
  | 'minikube'
  | 'kind'
  | 'talos'
  | 'bottlerocket'
  | 'openshift'
  | 'eks'
  | 'gke'
  | 'aks'

/** Fields are null if unknown. */
export interface PullingNode {
  name: string | null
  runtime: Runtime | null
  platform: Platform | null
  /** The runtime's version, such as `2.1.4`. */
  version: string | null
  /** The cloud whose machine it is; `none` if the node's object shows no cloud. */
  cloud: Cloud | 'none' | null
  os: 'linux' | 'windows' | null
  architecture: string | null
  /** On Windows, such as `10.0.20348.4294`. */
  kernel: string | null
  /** The minor version of its kubelet: 34 of `v1.34.2`. */
  kubeletMinor: number | null
  /** An image that is on the node already and most likely has a shell. */
  toolImage: string | null
  /** Absent if nothing shows that the node is virtual. */
  virtual?: VirtualNode
  /** One of EKS's hybrid nodes, which is on premises. */
  hybrid?: true
  /** The release of Bottlerocket, such as `1.58.0`; absent on other systems. */
  bottlerocket?: string
  /** The virtual machine of Docker Desktop, which has neither systemd nor SSH, and the names of its machine. */
  desktop?: true
  /** Whether it runs Amazon Linux 2, which is not 2023; absent if its system is not known. */
  amazonLinux2?: boolean
  /** Absent if its system is not known. */
  family?: SystemFamily
}

/** What an error text shows about the node; null for what it does not show. */
type NodeHints = Pick<PullingNode, 'runtime' | 'platform' | 'os' | 'kernel'> & {
  /** What the runtime looked for in the image's index, which may run with fewer bits than its node has. */
  asked: { os: string; architecture: string } | null
}

/** Reads the wording of the runtime's errors, and paths and pause images in them. */
export function nodeHintsIn(text: string): NodeHints {
  const [, host = null, asked = null] = WINDOWS_HOST.exec(text) ?? []
  return {
    runtime: firstMatch(text, WORDING),
    platform: firstMatch(text, SIGNS),
    os: WINDOWS.test(text) ? 'windows' : null,
    kernel: host ?? asked,
    asked: askedPlatform(text),
  }
}

/** The platform that Docker, or containers/image, did not find. */
const ASKED_PLATFORM =
  /\bno matching manifest for (linux|windows)\/(?!unknown)(\w+)|\bhost platform \((linux|windows)\/(\w+)|\bfor architecture \\*"?(\w+)\\*"?,(?: variant \\*"?\w*\\*"?,)? OS \\*"?(linux|windows)\b/i

function askedPlatform(text: string): NodeHints['asked'] {
  const [, a, b, c, d, e, f] = ASKED_PLATFORM.exec(text) ?? []
  const [os, architecture] = [a ?? c ?? f, b ?? d ?? e]
  return os === undefined || architecture === undefined ? null : { os: os.toLowerCase(), architecture }
}

/**
 * Combines what is known about the node, the most reliable first: its object, the pod's node selector, the error text.
 * @param node null if the node was not read
 * @param distribution of its cluster, as far as other objects show it
 */
export function pullingNode(
  pod: Pod,
  node: Node | null,
  hints: NodeHints,
  distribution: Distribution | null,
): PullingNode {
  const virtual = virtualNode(pod, node)
  // What a service runs elsewhere has nothing of the cluster's other nodes: neither their settings nor their identity.
  const isElsewhere = virtual === 'azure' || virtual === 'other'
  const platform = node === null || isElsewhere ? null : platformOf(node)
  const [, bottlerocket] = /^bottlerocket os (\d+\.\d+\.\d+)/i.exec(node?.osImage ?? '') ?? []
  const os = osOf(node?.os ?? pod.platform.os) ?? hints.os
  const ofCluster =
    node === null && virtual === null ? distributionOf(distribution, { runtime: hints.runtime, os }) : null
  const family = systemFamily(node?.osImage ?? null)
  const asked = hints.asked !== null && hints.asked.os === (os ?? 'linux') ? hints.asked.architecture : null
  return {
    name: pod.node,
    runtime: runtimeOf(node) ?? hints.runtime,
    platform: platform ?? onlyOne([hints.platform, platformNamed(pod.node), ofCluster]),
    version: /^[a-z-]+:\/\/(.+)/.exec(node?.runtime ?? '')?.[1] ?? null,
    cloud: isElsewhere ? 'none' : node === null ? null : cloudOfNode(node, platform),
    os,
    architecture: asked ?? node?.architecture ?? pod.platform.architecture ?? null,
    kernel: node?.kernel ?? hints.kernel,
    kubeletMinor: minorOf(node?.kubelet ?? null),
    toolImage: node === null ? null : toolImageOf(node.images),
    ...(virtual === null ? {} : { virtual }),
    ...(node?.labels['eks.amazonaws.com/compute-type'] === 'hybrid' && { hybrid: true }),
    ...(bottlerocket === undefined ? {} : { bottlerocket }),
    ...(/^docker desktop\b/i.test(node?.osImage ?? '') && { desktop: true as const }),
    ...(node?.osImage == null ? {} : { amazonLinux2: /^amazon linux 2(?!\d)/i.test(node.osImage) }),
    ...(family === null ? {} : { family }),
  }
}

/** The runtime that it brings; minikube has each of them. */
const RUNTIMES: Record<Distribution, PullingNode['runtime']> = {
  k3s: 'containerd',
  rke2: 'containerd',
  k0s: 'containerd',
  microk8s: 'containerd',
  minikube: null,
  kind: 'containerd',
  talos: 'containerd',
  openshift: 'cri-o',
}

/** The distribution, unless the node has another runtime than it brings, as OpenShift's have on Windows, or one that the error does not show. */
function distributionOf(
  distribution: Distribution | null,
  { runtime, os }: Pick<PullingNode, 'runtime' | 'os'>,
): Distribution | null {
  if (distribution === null || (os === 'windows' && distribution !== 'rke2')) return null
  const own = RUNTIMES[distribution]
  return own === null || own === runtime ? distribution : null
}

/** What the signs agree on; null if there are none, or if they contradict each other. */
function onlyOne(signs: readonly (Platform | null)[]): Platform | null {
  const shown = new Set(signs.filter(sign => sign !== null))
  const [only = null] = shown
  return shown.size > 1 ? null : only
}

/** By the scheme of `spec.providerID`, as the cloud's controller writes it, or by the cloud's own distribution. */
function cloudOfNode({ provider }: Node, platform: Platform | null): Cloud | 'none' {
  if (provider === 'aws' || platform === 'eks') return 'ecr'
  if (provider === 'azure' || platform === 'aks') return 'acr'
  return provider === 'gce' || platform === 'gke' ? 'gar' : 'none'
}

/** The region of a cloud that the node is in; null if its object does not show both. */
export function regionOf(node: Node): { cloud: Cloud; region: string } | null {
  const cloud = cloudOfNode(node, platformOf(node))
  const region = node.labels['topology.kubernetes.io/region']
  return cloud === 'none' || region === undefined ? null : { cloud, region }
}

/** The node's Windows version, where Docker compares it with the image's, or looks for it in an image's index. */
const WINDOWS_HOST =
  /-based image is incompatible with a (10\.0\.\d{4,6}) host|no matching manifest for windows\/\w+ (10\.0\.\d{4,6})/i

const WINDOWS =
  /windows\/(?:amd64|arm64)|windows version \d|operating system \\*"linux\\*" cannot be used|\bhcsshim\b|in win32|[a-z]:\\ProgramData\\/i

function runtimeOf(node: Node | null): Runtime | null {
  const scheme = /^([a-z-]+):\/\//.exec(node?.runtime ?? '')?.[1]
  return scheme === 'containerd' || scheme === 'cri-o' || scheme === 'docker' ? scheme : null
}

/** Whether the runtime's version is at least the given one; false for an unknown version. */
export function atLeast(
  { version }: Pick<PullingNode, 'version'>,
  major: number,
  minor: number,
  patch = 0,
): boolean {
  const read = /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(version ?? '')
  if (read === null) return false
  const [own = 0, ownMinor = 0, ownPatch = 0] = read.slice(1).map(part => Number(part ?? 0))
  return own !== major ? own > major : ownMinor !== minor ? ownMinor > minor : ownPatch >= patch
}

/** Whether the runtime's version is older than the given one; false for an unknown version. */
export function isOlder(node: Pick<PullingNode, 'version'>, major: number, minor: number): boolean {
  return node.version !== null && !atLeast(node, major, minor)
}

/** The wording of runtimes' errors (moby, containerd remotes, containers/image): last that of a library which caches of registries use, too, and then quote. */
const WORDING: [Runtime, RegExp][] = [
  [
    'docker',
    /Error response from daemon|failed to register layer|no matching manifest for .{1,60} in the manifest list|registry-1\.docker\.io\/v2\/": .{0,40}\bdaemon\b/i,
  ],
  [
    'containerd',
    /failed to pull and unpack image|failed to resolve (?:reference|image)|failed to get sandbox image|on snapshotter /i,
  ],
  [
    'cri-o',
    /initializing source |pinging (?:container|docker) registry|reading manifest \S+ in |OCI artifact|\(Mirrors also failed|copying system image from manifest list|determining manifest MIME type|parsing image configuration: |writing blob: |copying config: |Source image rejected: /i,
  ],
]
/**
 * Paths that no other platform has, and the default pause images of K3s and RKE2, which containerd quotes as they are configured (k3s-io/k3s,
 * pkg/cli/cmds/agent.go; rancher/rke2, pkg/images). RKE1 has Docker, which words it in another way.
 */
const SIGNS: [Platform, RegExp][] = [
  ['k3s', /\/var\/lib\/rancher\/k3s\/|failed to get sandbox image \\*"rancher\/(?:mirrored-)?pause:/],
  [
    'rke2',
    /\/var\/lib\/rancher\/rke2\/|failed to get sandbox image \\*"index\.docker\.io\/rancher\/(?:mirrored-)?pause:/,
  ],
  ['k0s', /\/var\/lib\/k0s\/|\/run\/k0s\//],
  ['microk8s', /\/var\/snap\/microk8s\//],
]

export const MINIKUBE_LABEL = 'minikube.k8s.io/name'

/** The distribution or cloud that the node belongs to; null if it shows none. */
export function platformOf(node: Node): Platform | null {
  const { kubelet, os, osImage, provider, labels } = node
  // Before 1.17, `v1.16.3-k3s.2`.
  if (/\+k3s\d|-k3s\.\d/.test(kubelet ?? '')) return 'k3s'
  if (/\+rke2r?\d/.test(kubelet ?? '')) return 'rke2'
  // Only its controllers have the label, and its nodes on Windows are laid out in another way.
  if (os !== 'windows' && (/\+k0s/.test(kubelet ?? '') || labels['node.k0sproject.io/role'] !== undefined))
    return 'k0s'
  if (labels['microk8s.io/cluster'] !== undefined) return 'microk8s'
  if (labels[MINIKUBE_LABEL] !== undefined) return 'minikube'
  if (provider === 'kind') return 'kind'
  if (/^talos/i.test(osImage ?? '')) return 'talos'
  if (/^bottlerocket/i.test(osImage ?? '')) return 'bottlerocket'
  if (
    (labels['node.openshift.io/os_id'] !== undefined && !isMicroShift(labels)) ||
    /coreos.*openshift|^(?:red hat enterprise linux|centos stream) coreos/i.test(osImage ?? '')
  )
    return 'openshift'
  if (labels['cloud.google.com/gke-nodepool'] !== undefined || /-gke\./.test(kubelet ?? '')) return 'gke'
  if (labels['kubernetes.azure.com/cluster'] !== undefined) return 'aks'
  if (
    labels['eks.amazonaws.com/nodegroup'] !== undefined ||
    labels['eks.amazonaws.com/compute-type'] !== undefined ||
    /-eks-/.test(kubelet ?? '')
  )
    return 'eks'
  return null
}

/** MicroShift has none of the objects by which OpenShift configures its nodes (openshift/microshift, pkg/node/kubelet.go). */
function isMicroShift(labels: Node['labels']): boolean {
  return labels['node.kubernetes.io/instance-type'] === 'rhde'
}

function osOf(os: string | null): PullingNode['os'] {
  return os === 'linux' || os === 'windows' ? os : null
}

function minorOf(kubelet: string | null): number | null {
  const minor = /^v1\.(\d+)/.exec(kubelet ?? '')?.[1]
  return minor === undefined ? null : Number(minor)
}

/**
 * Whether the kubelet may keep a pod from an image on the node that was pulled with a credential that the pod lacks (KEP-2535; 1.33 and 1.34
 * only if configured to); null if its version is unknown.
 */
export function verifiesImages(node: Pick<Node, 'kubelet'> | null): boolean | null {
  const minor = minorOf(node?.kubelet ?? null)
  return minor === null ? null : minor >= 33
}

/** Debugging images and base images of distributions, which have a shell. */
const WITH_SHELL =
  /(?:^|\/)(?:busybox|netshoot|toolbox|curl|alpine|debian|ubuntu|fedora|rockylinux|almalinux|amazonlinux|ubi\d*|bash)(?:-[\w.]+)?(?=[:@]|$)/

function toolImageOf(images: readonly string[]): string | null {
  return images.find(image => WITH_SHELL.test(image)) ?? null
}
