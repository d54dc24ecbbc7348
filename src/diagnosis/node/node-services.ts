/** Caches and registries on the nodes themselves, by the ports that they have there. */

import { isAddress, isLocal } from '../../image/host.ts'
import type { NamedEndpoint } from '../text/endpoint.ts'

/** A cache or registry that each node reaches at a port of its own. */
export type NodeService =
  | 'kube-image-keeper'
  | 'spegel'
  | 'dragonfly'
  | 'embedded-registry'
  | 'artifact-streaming'
  | 'zarf'
  | 'microk8s-registry'

/** Mirrors that fetch nothing themselves: they only offer what some node has (docs.k3s.io, "Embedded Registry Mirror"; spegel.dev). */
export type PeerMirror = Extract<NodeService, 'spegel' | 'embedded-registry'>

/** The port of MicroK8s's own registry (microk8s.io/docs/registry-built-in). */
export const MICROK8S_PORT = 32_000

/** Ports in the names of images, by default. */
const IN_NAMES: Partial<Record<string, NodeService>> = {
  7439: 'kube-image-keeper',
  31999: 'zarf',
  [MICROK8S_PORT]: 'microk8s-registry',
}
/** Ports in the settings of mirrors and proxies, by default: Spegel's on the host and as a NodePort, Dragonfly's old and new one, K3s's, and RKE2's. */
const IN_SETTINGS: Partial<Record<string, NodeService>> = {
  30020: 'spegel',
  30021: 'spegel',
  65001: 'dragonfly',
  4001: 'dragonfly',
  6443: 'embedded-registry',
  9345: 'embedded-registry',
  8578: 'artifact-streaming',
}

/** What most likely listens at this address of the node's own loopback; null if the port is not a known one. */
export function nodeServiceAt({ host, role }: NamedEndpoint): NodeService | null {
  if (!isLocal(host)) return null
  const port = /:(\d+)$/.exec(host)?.[1] ?? ''
  const isSet = role === 'mirror' || role === 'proxy'
  return IN_NAMES[port] ?? (isSet ? IN_SETTINGS[port] : undefined) ?? null
}

/** The mirror at this address that only offers what other nodes have; null if another one, or something else, listens there. */
export function peerMirrorAt(endpoint: NamedEndpoint): PeerMirror | null {
  const { host, role } = endpoint
  // Spegel's settings may also have the node's address, or that of another node; a name with such a port is any mirror's.
  const isOnNode = isLocal(host) || isAddress(host)
  if (role === 'mirror' && isOnNode && /:3002[01]$/.test(host)) return 'spegel'
  return nodeServiceAt(endpoint) === 'embedded-registry' ? 'embedded-registry' : null
}
