/** How urgent findings are: by how critical their pods are, and by how many pods have the same problem. */

import { compareText } from '../order.ts'
import type { Pod } from '../snapshot/pod.ts'
import { hasClue } from './clues/clue.ts'
import { CAUSES, countPods, type Finding } from './finding.ts'

const CLASSES = new Map([
  ['system-node-critical', 8],
  ['system-cluster-critical', 4],
])
/** Larger than any number of pods, so that many ordinary pods never rank above a critical one. */
const TIER = 1_000_000

/** Adds how many pods share their cause and image to the findings' priorities, and sorts them, the most urgent first. */
export function rank(findings: Finding[]): Finding[] {
  const shared = ({ cause, reference, image, clues }: Finding) =>
    // A wrong clock fails every pull, from any registry.
    `${cause} ${hasClue(clues, 'clock-off') ? '' : (reference ?? image)}`
  const groups = Map.groupBy(findings, shared)
  const pods = new Map([...groups].map(([key, group]) => [key, countPods(group)]))
  const ranked = findings.map(finding => ({
    ...finding,
    priority: finding.priority + Math.min(pods.get(shared(finding)) ?? 1, TIER - 1),
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

/** How critical the pod is, and how much waits for what it lacks; higher is more urgent. */
export function urgencyOf(
  pod: Pod,
  workload: Finding['workload'],
  containerKind: Finding['containerKind'],
): number {
  const priority = CLASSES.get(pod.priorityClass ?? '') ?? 0
  const system = pod.namespace === 'kube-system' ? 2 : 0
  const everyNode = workload?.kind === 'DaemonSet' ? 1 : 0
  const wholeNode = containerKind === 'sandbox' ? 8 : 0
  return (priority + system + everyNode + wholeNode) * TIER
}
