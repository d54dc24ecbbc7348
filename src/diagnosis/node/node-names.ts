/** What the name of a node gives away: the tool, the platform, or the cloud that names its nodes like that. */

import type { Cloud } from '../../image/cloud-registries.ts'
import { firstMatch } from '../text/first-match.ts'

/** k3d's nodes are containers named so. */
export const K3D_NODE = /^k3d-.+-(?:server|agent)-\d+$/

/** Docker Desktop's node, or those of its clusters with several. */
export const DESKTOP_NODE = /^(?:docker-desktop|desktop-(?:control-plane|worker)\d*)$/

/** The virtual machines of Rancher Desktop and of Colima, each with one node: `colima`, or `colima-PROFILE`. */
export const LIMA_NODE = /^(?:lima-rancher-desktop|colima(?:-.+)?)$/

const MINIKUBE_NODE = /^minikube(?:-m\d{2})?$/
/** Those of kind's cluster with the default name. */
const KIND_NODE = /^kind-(?:control-plane|worker)\d*$/
/** GKE in Autopilot mode; the nodes that users manage begin with gke-. */
const AUTOPILOT_NODE = /^gk3-/
/** `gke-CLUSTER-POOL-GROUP-xxxx`, by the group of machines that the pool's node is one of. */
const GKE_NODE = /^gke-.+-[0-9a-f]{8}-[0-9a-z]{4}$/
/** `aks-POOL-NUMBER-vmss00000a`, of a pool's scale set, whose machines are numbered in base 36; those on Windows have other names. */
const AKS_NODE = /^aks-[0-9a-z]+-\d{8}-vmss[0-9a-z]{6}$/
/** The machine of one pod of EKS. */
const FARGATE_NODE = /^fargate-ip-/

const OTHER_LOCAL = /^(?:orbstack|k3d-.*|kind-.*|.*-control-plane)$/
const LOCAL = [MINIKUBE_NODE, DESKTOP_NODE, LIMA_NODE, OTHER_LOCAL]

/** Whether images are most likely built on the machine of this node, or loaded into it by hand. */
export function isLocalNode(name: string | null): boolean {
  return LOCAL.some(names => names.test(name ?? ''))
}

/** Whether GKE manages the machine, in Autopilot mode. */
export function isOfAutopilot(name: string | null): boolean {
  return AUTOPILOT_NODE.test(name ?? '')
}

/** Whether the machine is one of Fargate's on EKS. */
export function isOfFargate(name: string | null): boolean {
  return FARGATE_NODE.test(name ?? '')
}

type NamedPlatform = 'minikube' | 'kind' | 'k3s' | 'gke' | 'aks'

const NAMES: readonly [NamedPlatform, RegExp][] = [
  ['minikube', MINIKUBE_NODE],
  ['kind', KIND_NODE],
  ['k3s', K3D_NODE],
  ['gke', AUTOPILOT_NODE],
  ['gke', GKE_NODE],
  ['aks', AKS_NODE],
]

/** The platform by the name that it gives its nodes by default, as objects of pods alone show no more. */
export function platformNamed(name: string | null): NamedPlatform | null {
  return firstMatch(name ?? '', NAMES)
}

const OF_CLOUDS: Record<Cloud, RegExp> = {
  ecr: /^(?:ip-\d+-|i-[0-9a-f]{8}|fargate-)|\.compute\.internal$/,
  acr: /^aks/,
  gar: /^(?:gke|gk3)-/,
}

/** Whether this is how the cloud's own nodes are named. */
export function isNamedByCloud(name: string | null, cloud: Cloud): boolean {
  return OF_CLOUDS[cloud].test(name ?? '')
}
