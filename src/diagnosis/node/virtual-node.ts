/** Nodes that nobody can configure, on most of which nobody gets a shell either, and what gives them away. */

import { PROVIDER_FAILED } from '../../image/pull-messages.ts'
import type { Node } from '../../snapshot/node.ts'
import type { Pod } from '../../snapshot/pod.ts'
import { isOfAutopilot, isOfFargate } from './node-names.ts'

/**
 * A node that nobody can configure. Most are not machines: a service runs each of their pods somewhere else, where nobody changes a
 * runtime's settings. `azure`: Azure Container Instances. `fargate`: on EKS. `autopilot`: a machine that GKE manages, which lets in neither SSH
 * nor pods with the host's namespaces or files (cloud.google.com/kubernetes-engine/docs/concepts/autopilot-security). `auto-mode`: a machine that
 * EKS manages, which takes debug pods, but neither SSH nor sessions of Systems Manager (docs.aws.amazon.com/eks, auto-troubleshoot).
 */
export type VirtualNode = 'azure' | 'fargate' | 'autopilot' | 'auto-mode' | 'other'

/** The kind of virtual node, by the node's object, its name, or what its kubelet wrote on the pod; null if nothing shows one. */
export function virtualNode({ node: name, containers }: Pod, node: Node | null): VirtualNode | null {
  const { labels = {}, kubelet = null } = node ?? {}
  if (labels['eks.amazonaws.com/compute-type'] === 'fargate' || isOfFargate(name)) return 'fargate'
  if (labels['eks.amazonaws.com/compute-type'] === 'auto') return 'auto-mode'
  if (isOfAutopilot(name)) return 'autopilot'
  const reasons = containers.flatMap(({ state }) => (state.type === 'waiting' ? [state] : []))
  if (
    /-vk-azure-aci\b/.test(kubelet ?? '') ||
    /^virtual-(?:node|kubelet)-aci-/.test(name ?? '') ||
    reasons.some(({ message }) => /\bMicrosoft\.ContainerInstance\//.test(message))
  )
    return 'azure'
  const isOther =
    labels.type === 'virtual-kubelet' ||
    labels['liqo.io/type'] === 'virtual-node' ||
    /-vk-/.test(kubelet ?? '') ||
    reasons.some(({ reason }) => reason === PROVIDER_FAILED)
  return isOther ? 'other' : null
}
