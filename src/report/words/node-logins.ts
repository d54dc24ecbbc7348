/** Where a node itself has logins: the kubelet's, the runtime's, and those for a mirror and for the pause image. */

import type { PullingNode } from '../../diagnosis/pulling-node.ts'
import { mirrorSettings, registriesYaml, restartOf } from './node-settings.ts'

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
  if (platform === 'k3s' || platform === 'rke2')
    return {
      place: `${registriesYaml(platform, os)} (configs."${host}".auth; ${restartOf({ platform, os })})`,
    }
  if (platform === 'talos' || platform === 'openshift') return { place: runtimeLoginPlace(node) }
  if (runtime === 'cri-o') return { place: "CRI-O's global_auth_file" }
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
export function runtimeLoginPlace({ platform, runtime, os }: PullingNode): string {
  if (platform === 'k3s' || platform === 'rke2') return registriesYaml(platform, os)
  if (platform === 'talos')
    return 'the machine configuration (RegistryAuthConfig; before Talos 1.12 machine.registries.config)'
  if (platform === 'openshift') return 'the pull secret of the cluster (openshift-config/pull-secret)'
  if (platform === 'bottlerocket') return 'settings.container-registry.credentials'
  return runtime === 'cri-o' ? "CRI-O's global_auth_file" : "the runtime's own registry settings"
}

/** Returns where the login for the pause image is, which the runtime pulls with none of the pod's. */
export function sandboxLoginPlace(node: PullingNode): string {
  const { runtime, kubeletMinor } = node
  if (runtime === 'cri-o') return 'pause_image_auth_file of CRI-O'
  if (runtime !== 'docker')
    return node.platform === null ? "containerd's registry configuration" : runtimeLoginPlace(node)
  // Unlike the kubelet, which talked to Docker itself before 1.24, cri-dockerd has no folder of its own for this file.
  return kubeletMinor !== null && kubeletMinor < 24
    ? '/var/lib/kubelet/config.json'
    : '/.docker/config.json, which cri-dockerd reads'
}
