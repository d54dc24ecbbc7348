/** What is known about the node that pulls: from its object, from the pod, and from the wording of its runtime's errors. */

import type { Cloud } from '../../image/cloud-registries.ts'
import type { Distribution, Node } from '../../snapshot/node.ts'
import type { Pod } from '../../snapshot/pod.ts'
import type { NodeHints, Runtime } from './node-hints.ts'
import { platformNamed } from './node-names.ts'
import { cloudOfNode, type Platform, platformOf } from './node-platform.ts'
import { type SystemFamily, systemFamily } from './system-family.ts'
import { type VirtualNode, virtualNode } from './virtual-node.ts'

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
  /** One of OpenShift's whose control plane is hosted: what its HostedCluster says overwrites the cluster's own settings. */
  hosted?: true
  /** The release of Bottlerocket, such as `1.58.0`; absent on other systems. */
  bottlerocket?: string
  /** The virtual machine of Docker Desktop, which has neither systemd nor SSH, and the names of its machine. */
  desktop?: true
  /** Docker there stores images with containerd, which is the default of new installations from 29.0 on (docs.docker.com, "containerd image store"). */
  containerdStore?: true
  /** Whether it runs Amazon Linux 2, which is not 2023; absent if its system is not known. */
  amazonLinux2?: boolean
  /** Absent if its system is not known. */
  family?: SystemFamily
  /** Its system is one that OpenShift does not run on, such as Oracle Linux with the CRI-O of Oracle's cloud. */
  foreignToOpenShift?: true
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
  const platform = node === null || isElsewhere || hasSeparateContainerd(node) ? null : platformOf(node)
  const [, bottlerocket] = /^bottlerocket os (\d+\.\d+\.\d+)/i.exec(node?.osImage ?? '') ?? []
  const os = osOf(node?.os ?? pod.platform.os) ?? hints.os
  const ofCluster =
    node === null && virtual === null ? distributionOf(distribution, { runtime: hints.runtime, os }) : null
  const family = systemFamily(node?.osImage ?? null)
  const asked = hints.asked !== null && hints.asked.os === (os ?? 'linux') ? hints.asked.architecture : null
  const runtime = runtimeOf(node) ?? hints.runtime
  return {
    name: pod.node,
    runtime,
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
    ...(node?.labels['hypershift.openshift.io/nodePool'] !== undefined && { hosted: true as const }),
    ...(bottlerocket === undefined ? {} : { bottlerocket }),
    ...(/^docker desktop\b/i.test(node?.osImage ?? '') && { desktop: true as const }),
    ...(runtime === 'docker' && hints.storedByContainerd && { containerdStore: true as const }),
    ...(node?.osImage == null ? {} : { amazonLinux2: /^amazon linux 2(?!\d)/i.test(node.osImage) }),
    ...(family === null ? {} : { family }),
    ...(node?.osImage != null && !OF_OPENSHIFT.test(node.osImage) && { foreignToOpenShift: true as const }),
  }
}

/** Whether K3s uses a containerd that is a service of its own, and so does not configure it (abiosoft/colima, k3s.go: --container-runtime-endpoint). */
function hasSeparateContainerd(node: Node): boolean {
  return /^colima(?:-|$)/.test(node.name) && runtimeOf(node) === 'containerd'
}

/** Systems of OpenShift's nodes, those of OKD and of release 3 included. */
const OF_OPENSHIFT = /red hat|coreos|centos|fedora/i

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
