/** What a node needs to mount images as volumes (kubernetes.io/docs/tasks/configure-pod-container/image-volumes). */

import type { Platform } from '../../diagnosis/node/node-platform.ts'
import type { PullingNode } from '../../diagnosis/node/pulling-node.ts'

/** Who brings the runtime of a node, where that is not installed by itself. */
const BROUGHT: Partial<Record<Platform, string>> = {
  kind: 'create the cluster again with a newer node image of kind',
  minikube: 'create the cluster again with a newer minikube',
  k3s: 'update K3s, which contains containerd',
  rke2: 'update RKE2, which contains containerd',
  k0s: 'update k0s, which contains containerd',
  microk8s: 'update MicroK8s, which contains containerd',
  openshift: 'update OpenShift, which contains CRI-O',
}

/** Returns what else to do without such volumes. */
const WITHOUT =
  'Or copy the files out of the image with an init container, which has the image and an emptyDir volume'

/** Returns how the node gets a runtime that mounts images as volumes. */
export function newerRuntime({ runtime, version, platform }: PullingNode, place: string): string {
  // Mirantis/cri-dockerd#526.
  if (runtime === 'docker')
    return `Use nodes with containerd 2.1, CRI-O 1.31, or newer versions: Docker's own CRI service (cri-dockerd) ${place} can't mount an image as a volume. ${WITHOUT}`
  const needed = runtime === 'cri-o' ? 'CRI-O 1.31' : runtime === 'containerd' ? 'containerd 2.1' : null
  const brought = BROUGHT[platform ?? 'eks']
  const now = version === null ? '' : ` (now ${version})`
  return `Update the container runtime ${place}${now} to ${needed ?? 'containerd 2.1, CRI-O 1.31,'} or a newer version${brought === undefined ? '' : `: ${brought}`}. ${WITHOUT}`
}
