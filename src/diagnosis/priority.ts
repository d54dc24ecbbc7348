/** How urgent findings are: by how critical their pods are, and by how many pods have the same problem. */

import { compareText } from '../order.ts'
import { objectKey } from '../snapshot/object-key.ts'
import type { Pod } from '../snapshot/pod.ts'
import { hasClue } from './clues/clue.ts'
import { CAUSES, type Finding } from './finding.ts'

const CLASSES = new Map([
  ['system-node-critical', 8],
  ['system-cluster-critical', 4],
])
/** Larger than any number of pods, so that many ordinary pods never rank above a critical one. */
const TIER = 1_000_000

/** A finding without its priority, which depends on the other findings. */
export interface UnrankedFinding {
  pod: Pod
  finding: Finding
}

/** Sets the findings' priorities by how many pods share their cause and image, and sorts them, the most urgent first. */
export function rank(unranked: UnrankedFinding[]): Finding[] {
  const shared = ({ finding: { cause, reference, image, clues } }: UnrankedFinding) =>
    // A wrong clock fails every pull, from any registry.
    `${cause} ${hasClue(clues, 'clock-off') ? '' : (reference ?? image)}`
  const groups = Map.groupBy(unranked, shared)
  const podsOf = (group: UnrankedFinding[]) =>
    new Set(group.map(({ pod }) => objectKey(pod.namespace, pod.name))).size
  const pods = new Map([...groups].map(([key, group]) => [key, podsOf(group)]))
  const ranked = unranked.map(entry => ({
    ...entry.finding,
    priority: priorityOf(entry.pod, entry.finding, pods.get(shared(entry)) ?? 1),
  }))
  return ranked.sort(compareFindings)
}

function compareFindings(a: Finding, b: Finding): number {
  return (
    b.priority - a.priority ||
    CAUSES.indexOf(a.cause) - CAUSES.indexOf(b.cause) ||
    compareText(a.namespace, b.namespace) ||
    compareText(a.pod, b.pod) ||
    compareText(a.container, b.container)
  )
}

/** Higher is more urgent. `pods`: how many pods have the same cause and image. */
function priorityOf(
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
