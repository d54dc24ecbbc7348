/** Counts the pods behind findings: a pod with two failing containers is one pod. */

import type { Finding } from '../../diagnosis/finding.ts'

/** How many pods these findings are of. */
export function countPods(findings: readonly Finding[]): number {
  return new Set(findings.map(({ namespace, pod }) => `${namespace}/${pod}`)).size
}
