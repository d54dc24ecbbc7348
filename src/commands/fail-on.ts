/** Which findings affect the exit code (`--fail-on`). */

import type { Severity } from '../diagnosis/finding.ts'

const RANK: Record<Severity | 'never', number> = { info: 0, warning: 1, error: 2, never: 3 }

/** Whether a finding of this severity affects the exit code. */
export function countsFor({ severity }: { severity: Severity }, failOn: Severity | 'never'): boolean {
  return RANK[severity] >= RANK[failOn]
}
