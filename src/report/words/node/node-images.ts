/** Commands for images on a node, with the client that the node has: pulling by hand, removing one or unused ones, and for the snapshotter that loads them. */

import type { LazySnapshotter } from '../../../diagnosis/clues/clue-at-node.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import type { PullingNode } from '../../../diagnosis/node/pulling-node.ts'
import { cloudOf } from '../../../image/cloud-registries.ts'
import { shellWord } from '../../sanitize.ts'
import { hasOwnContainerd, RKE2_ON_WINDOWS, runtimeLog, talosctl } from './node.ts'
import { isOldContainerd } from './old-containerd.ts'

const RKE2_CRICTL = '/var/lib/rancher/rke2/bin/crictl --config /var/lib/rancher/rke2/agent/etc/crictl.yaml'
/** Only login shells have this folder in their PATH, and the shell after `chroot /host` is none (kubernetes/kubernetes, cluster/gce/gci). */
const GKE_CRICTL = '/home/kubernetes/bin/crictl'

/**
 * Returns the runtime's image client, which determines the verbs. The images of EKS's nodes and most Windows nodes have no crictl
 * (awslabs/amazon-eks-ami, Azure/AgentBaker); ctr comes with containerd.
 */
function imageClient({ platform, runtime, os }: PullingNode): 'docker' | 'talosctl' | 'ctr' | 'crictl' {
  if (platform === 'talos') return 'talosctl'
  if (runtime === 'docker') return 'docker'
  if (platform === 'microk8s' || platform === 'k0s' || platform === 'bottlerocket' || platform === 'eks')
    return runtime === 'cri-o' ? 'crictl' : 'ctr'
  return os === 'windows' ? 'ctr' : 'crictl'
}

function crictl({ platform }: PullingNode): string {
  if (platform === 'gke') return GKE_CRICTL
  return platform === 'k3s' ? 'k3s crictl' : platform === 'rke2' ? RKE2_CRICTL : 'crictl'
}

/** Returns containerd's client, and the folder with the node's mirrors: unlike the runtime, ctr uses them only if it is named. */
function ctr({ platform, os }: PullingNode): { client: string; hosts: string | null } {
  if (platform === 'microk8s')
    return { client: 'microk8s ctr', hosts: '/var/snap/microk8s/current/args/certs.d' }
  // Without --address and -n: k0s sets both (k0sproject/k0s, cmd/ctr).
  if (platform === 'k0s') return { client: 'k0s ctr', hosts: '/etc/k0s/containerd.d/certs.d' }
  if (os === 'windows')
    return platform === 'rke2'
      ? {
          client: `${RKE2_ON_WINDOWS}\\bin\\ctr.exe -n k8s.io`,
          hosts: `${RKE2_ON_WINDOWS}\\agent\\etc\\containerd\\certs.d`,
        }
      : { client: 'ctr -n k8s.io', hosts: 'C:\\ProgramData\\containerd\\certs.d' }
  // Bottlerocket's mirrors are in containerd's main configuration, which ctr does not read.
  return { client: 'ctr -n k8s.io', hosts: platform === 'bottlerocket' ? null : '/etc/containerd/certs.d' }
}

/** Returns how to pull one image by hand, with the runtime's complete answer. */
export function pullCommand(node: PullingNode, image: string): string {
  const name = shellWord(image)
  switch (imageClient(node)) {
    case 'docker':
      return `docker pull ${name}`
    case 'talosctl':
      return talosctl(`image pull ${name}`)
    case 'ctr': {
      const { client, hosts } = ctr(node)
      // ctr has this flag since it has the files, too.
      return `${client} images pull ${hosts === null || isOldContainerd(node) ? '' : `--hosts-dir ${hosts} `}${name}`
    }
    case 'crictl':
      return `${crictl(node)} pull ${name}`
  }
}

/** Returns containerd's client on the node, whose verbs are those of ctr, for the images of Kubernetes. */
export function containerdClient(node: PullingNode): string {
  if (node.platform === 'k3s') return 'k3s ctr'
  if (node.platform === 'rke2' && node.os !== 'windows')
    return '/var/lib/rancher/rke2/bin/ctr --address /run/k3s/containerd/containerd.sock -n k8s.io'
  return ctr(node).client
}

/** Returns how to import an image from an archive, whose name the user has to fill in; null for nodes without a client for that. */
export function importCommand(node: PullingNode): string | null {
  const { platform, runtime } = node
  // Talos has no such command, and CRI-O no client.
  if (platform === 'talos' || runtime === 'cri-o') return null
  if (runtime === 'docker') return 'docker load -i <file>'
  return `${containerdClient(node)} images import <file>`
}

/** Returns how to make an archive of an image that a node of this kind has; null where nothing imports one either. */
export function exportCommand(node: PullingNode, image: string): string | null {
  if (importCommand(node) === null) return null
  return node.runtime === 'docker'
    ? `docker save -o image.tar ${shellWord(image)}`
    : `${containerdClient(node)} images export image.tar ${shellWord(image)}`
}

/** Returns what a pull by hand lacks of the kubelet's own, if that matters for this image; empty otherwise. */
export function pullLimits({ host, credential, registry }: Finding): string {
  const login = credential.status === 'usable' || cloudOf(registry) !== null
  return [
    ...(login
      ? ["; the command sends neither the pod's nor the kubelet's login, so a private image is refused"]
      : []),
    ...(host.platform === 'bottlerocket'
      ? ['; ctr does not use the mirrors of settings.container-registry']
      : []),
  ].join('')
}

/** Returns how to remove one image. */
export function removeCommand(node: PullingNode, image: string): string {
  const name = shellWord(image)
  switch (imageClient(node)) {
    case 'docker':
      return `docker rmi ${name}`
    case 'talosctl':
      return talosctl(`image remove ${name}`)
    case 'ctr': {
      const { client } = ctr(node)
      if (node.os === 'windows') return `${client} images rm ${name}`
      // Unlike crictl, ctr removes one name only, and the kubelet's pulls give each image two more, which keep its content.
      const digest = `$(${client} images ls name==${name} | grep -om1 'sha256:[0-9a-f]*')`
      return `${client} images rm $(${client} images ls -q target.digest==${digest})`
    }
    case 'crictl':
      return `${crictl(node)} rmi ${name}`
  }
}

/** Returns what the removal of one image needs besides its command; empty if nothing. */
export function removeLimits(node: PullingNode): string {
  if (node.platform === 'talos') return ' (with Talos 1.13 or later)'
  return node.os === 'windows' && imageClient(node) === 'ctr'
    ? `, and then its other names, those with the same digest in \`${ctr(node).client} images ls\``
    : ''
}

/** Returns how to remove unused images, or else how to list all of them and remove one, which such a client can't tell from the others. */
export function pruneCommand(node: PullingNode): { command: string; removesOne: string | null } {
  switch (imageClient(node)) {
    case 'docker':
      return { command: 'docker image prune -a', removesOne: null }
    case 'talosctl':
      return { command: talosctl('image list'), removesOne: 'talosctl image remove' }
    case 'ctr': {
      const { client } = ctr(node)
      return { command: `${client} images ls`, removesOne: `${client} images rm` }
    }
    case 'crictl':
      return { command: `${crictl(node)} rmi --prune`, removesOne: null }
  }
}

/** Returns how to find the pause image among the node's images, and what removes it and pulls it again. */
export function sandboxImage(node: PullingNode): { list: string; verbs: string } {
  switch (imageClient(node)) {
    case 'docker':
      return { list: 'docker images | grep pause', verbs: '`docker rmi`, then `docker pull`' }
    case 'talosctl':
      return {
        list: `${talosctl('image list')} | grep pause`,
        verbs: '`talosctl image remove`, then `talosctl image pull`',
      }
    case 'ctr': {
      const { client } = ctr(node)
      return {
        list: `${client} images ls -q | ${node.os === 'windows' ? 'Select-String' : 'grep'} pause`,
        verbs: `\`${client} images rm\` for each of its names, then \`${client} images pull\``,
      }
    }
    case 'crictl':
      return {
        list: `${crictl(node)} images | grep pause`,
        verbs: `\`${crictl(node)} rmi\`, then \`${crictl(node)} pull\``,
      }
  }
}

const SNAPSHOTTER_UNITS: Record<LazySnapshotter, string> = {
  SOCI: 'soci-snapshotter',
  stargz: 'stargz-snapshotter',
  Nydus: 'nydus-snapshotter',
  OverlayBD: 'overlaybd-snapshotter',
}

/** Returns the command for a lazy snapshotter's log of the last hour. @param name null: either of those with the same errors */
export function snapshotterLog(node: PullingNode, name: LazySnapshotter | null): string {
  const units = (name === null ? (['SOCI', 'stargz'] as const) : [name]).map(each => SNAPSHOTTER_UNITS[each])
  // Talos runs extensions as services; K3s and RKE2 have stargz inside their containerd.
  if (node.platform === 'talos') return talosctl(`logs ext-${units.at(-1)}`)
  return hasOwnContainerd(node)
    ? runtimeLog(node)
    : `journalctl ${units.map(unit => `-u ${unit}`).join(' ')} --since -1h`
}

/** Returns the command that starts a lazy snapshotter again; null where it has no service of its own, or a pod runs it. */
export function snapshotterStart(node: PullingNode, name: LazySnapshotter | null): string | null {
  if (name === null || hasOwnContainerd(node)) return null
  const unit = SNAPSHOTTER_UNITS[name]
  return node.platform === 'talos' ? talosctl(`service ext-${unit} restart`) : `systemctl restart ${unit}`
}
