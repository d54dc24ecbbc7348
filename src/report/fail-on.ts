/** `--fail-on`: which findings make a run fail, for its exit code and for the formats of CI systems. */

import type { Severity } from '../diagnosis/finding.ts'

const RANK: Record<Severity | 'never', number> = { info: 0, warning: 1, error: 2, never: 3 }

/** Whether a finding of this severity counts. */
export function countsFor({ severity }: { severity: Severity }, failOn: Severity | 'never'): boolean {
  return RANK[severity] >= RANK[failOn]
}
