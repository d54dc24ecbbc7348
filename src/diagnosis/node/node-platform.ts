/** Which distribution or cloud a node belongs to, by what its object shows. */

import type { Cloud } from '../../image/cloud-registries.ts'
import type { Node } from '../../snapshot/node.ts'

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
  // Nobody reaches the settings of Bottlerocket in EKS's Auto Mode (aws/containers-roadmap#2802).
  if (/^bottlerocket/i.test(osImage ?? ''))
    return labels['eks.amazonaws.com/compute-type'] === 'auto' ? 'eks' : 'bottlerocket'
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

/** By the scheme of `spec.providerID`, as the cloud's controller writes it, or by the cloud's own distribution. */
export function cloudOfNode({ provider }: Node, platform: Platform | null): Cloud | 'none' {
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
