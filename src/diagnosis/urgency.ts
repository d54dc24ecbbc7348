/** Weighs findings by blast radius: what the node or the cluster stands on first, then what hits most pods. */

import type { Pod } from '../snapshot/pod.ts'
import type { Finding } from './finding.ts'

const CLASSES = new Map([
  ['system-node-critical', 8],
  ['system-cluster-critical', 4],
])
/** Larger than any number of pods, so that no crowd of them outweighs a critical one. */
const TIER = 1_000_000

/** High first. `pods`: how many pods have the same cause and image. */
export function urgencyOf(
  pod: Pod,
  { workload, containerKind }: Pick<Finding, 'workload' | 'containerKind'>,
  pods: number,
): number {
  const priority = CLASSES.get(pod.priorityClass ?? '') ?? 0
  const system = pod.namespace === 'kube-system' ? 2 : 0
  const everyNode = workload?.kind === 'DaemonSet' ? 1 : 0
  const wholeNode = containerKind === 'sandbox' ? 8 : 0
  return (priority + system + everyNode + wholeNode) * TIER + Math.min(pods, TIER - 1)
}
