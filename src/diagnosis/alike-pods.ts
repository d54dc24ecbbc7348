/** Failing pods that have the same story told once: the same images fail for the same reason with the same credential. */

import type { Finding } from './finding.ts'

export interface AlikePods {
  namespace: string
  /** The first of them by name. */
  pod: string
  /** The names of the others. */
  others: string[]
}

/** Groups the pods of the findings, which keep their order. */
export function alikePods(findings: readonly Finding[]): AlikePods[] {
  const byPod = Map.groupBy(findings, ({ namespace, pod }) => `${namespace}/${pod}`)
  const groups = Map.groupBy(byPod.values(), own => JSON.stringify(own.map(storyOf)))
  return [...groups.values()].flatMap(pods => {
    const [first, ...others] = pods.flatMap(([one]) => one ?? []).sort((a, b) => (a.pod < b.pod ? -1 : 1))
    if (first === undefined) return []
    const { namespace, pod } = first
    return [{ namespace, pod, others: others.map(other => other.pod) }]
  })
}

/** What of a finding does not depend on which of several replicas it is. */
function storyOf(finding: Finding): unknown[] {
  const { namespace, workload, container, containerKind, image, cause, subcause, endpoint, credential } =
    finding
  return [namespace, workload, container, containerKind, image, cause, subcause, endpoint, credential]
}
