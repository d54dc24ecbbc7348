/** Clusters on a developer's machine: which one a node belongs to, as the tools of such clusters want to know it, and how images get there. */

import type { LocalTool } from '../../../advice/step/step.ts'
import type { PullingNode } from '../../../diagnosis/node/pulling-node.ts'
import { isLocal } from '../../../image/host.ts'
import { shellWord } from '../../sanitize.ts'

/** Returns the flag that names the minikube cluster: its first node has the cluster's name, and the others add `-m02` to it. */
export function minikubeProfile(node: string | null): string {
  return node === null ? '' : ` -p ${shellWord(node.replace(/-m\d{2,}$/, ''))}`
}

/** Whether the node is a further one of such a cluster, after its first or beside its control plane. */
export function isFurtherNode(node: string | null): boolean {
  return /-(?:m\d{2,}|worker\d*|agent-\d+)$/.test(node ?? '')
}

/** Returns the flag that names the kind cluster; empty for the default name, or if the node's name is not of kind's form. */
function kindCluster(node: string | null): string {
  const [, name] = /^(.+)-(?:control-plane|worker)\d*$/.exec(node ?? '') ?? []
  return name === undefined || name === 'kind' ? '' : ` --name ${shellWord(name)}`
}

const K3D_NODE = /^k3d-(.+)-(?:server|agent)-\d+$/

/** Whether the node is a container of k3d. */
export function isOfK3d(node: string | null): boolean {
  return K3D_NODE.test(node ?? '')
}

/** Returns the flag that names the k3d cluster; empty if the node's name is not of k3d's form. */
function k3dCluster(node: string | null): string {
  const [, name] = K3D_NODE.exec(node ?? '') ?? []
  return name === undefined ? '' : ` -c ${shellWord(name)}`
}

const COLIMA_NODE = /^colima(?:-(.+))?$/

/** Returns the program whose virtual machine the node is, with the settings of what runs inside; null for other nodes. */
export function virtualMachineOf({
  desktop,
  name,
}: Pick<PullingNode, 'desktop' | 'name'>):
  | 'Docker Desktop'
  | 'OrbStack'
  | 'Rancher Desktop'
  | 'Colima'
  | null {
  if (desktop) return 'Docker Desktop'
  if (name === 'orbstack') return 'OrbStack'
  if (name === 'lima-rancher-desktop') return 'Rancher Desktop'
  return COLIMA_NODE.test(name ?? '') ? 'Colima' : null
}

/** Returns the command that leads into the virtual machine of Rancher Desktop or Colima (docs.rancherdesktop.io, rdctl; colima ssh --help); null for other nodes. */
export function enterMachine(node: string): string | null {
  if (node === 'lima-rancher-desktop') return 'rdctl shell'
  const [found, profile] = COLIMA_NODE.exec(node) ?? []
  return found === undefined ? null : `colima ssh${profileFlag(profile)}`
}

const profileFlag = (profile: string | undefined) =>
  profile === undefined ? '' : ` --profile ${shellWord(profile)}`

/** Returns the client for containerd in the virtual machine of Rancher Desktop, or of Colima, whose own command leads to it. */
export function nerdctl(node: string | null): string {
  const [found, profile] = COLIMA_NODE.exec(node ?? '') ?? []
  return found === undefined ? 'nerdctl' : `colima nerdctl${profileFlag(profile)} --`
}

const LOADING: Record<LocalTool, (image: string, node: string | null) => string> = {
  kind: (image, node) => `kind load docker-image ${image}${kindCluster(node)}`,
  minikube: (image, node) => `minikube image load${minikubeProfile(node)} ${image}`,
  k3d: (image, node) => `k3d image import ${image}${k3dCluster(node)}`,
}

/** Returns the command that copies an image from the local engine into the nodes. */
export function loadCommand(tool: LocalTool, image: string, node: string | null): string {
  return LOADING[tool](shellWord(image), node)
}

/**
 * Returns how a cluster on a developer's machine reaches a registry there, or gets the image without one (kind's "Local Registry", minikube's
 * registry addon, and k3d's registries); empty for other nodes.
 */
export function localRegistryNote({ platform, name }: PullingNode, host: string): string {
  const mayBeKind = platform === 'kind' || (platform === null && /^kind-|-control-plane\d*$/.test(name ?? ''))
  if (mayBeKind)
    return `; with kind, give the node /etc/containerd/certs.d/${host}/hosts.toml, which points to the registry's container, or load the image (\`kind load docker-image\`)`
  if (platform === 'minikube')
    return `; with minikube, ${isLocal(host) && host.endsWith(':5000') ? 'enable its own registry, which listens there (`minikube addons enable registry`), or load' : 'load'} the image (\`minikube image load\`)`
  return isOfK3d(name)
    ? "; with k3d, name the registry as the cluster's nodes know it (`k3d registry list`), or load the image (`k3d image import`)"
    : ''
}
