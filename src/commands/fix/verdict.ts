/** The exit code of a fix: what the scope is like now, whether it came to be so in this run or was so before. */

import type { Finding, Severity } from '../../diagnosis/finding.ts'
import type { Declined } from '../../plan/plan.ts'
import type { ExitName } from '../context.ts'
import { countsFor } from '../diagnose.ts'

export interface FixState {
  /** Every planned change is in place, and every pod that it was made for is back. */
  done: boolean
  /** Part of the scope was out of sight, so that changes may be missing from the plan. */
  narrowed: boolean
  /** What still can't pull in the scope. */
  remaining: readonly Finding[]
  declined: readonly Declined[]
  failOn: Severity | 'never'
}

/** Unknown is never healthy, and the same state gives the same code in the next run. */
export function fixVerdict({ done, narrowed, remaining, declined, failOn }: FixState): ExitName {
  if (!done || narrowed) return 'incomplete'
  const deciding = remaining.filter(finding => countsFor(finding, failOn))
  if (deciding.length === 0) return 'ok'
  return deciding.some(finding => declined.some(one => isLiftable(one) && speaksOf(one, finding)))
    ? 'refused'
    : 'findings'
}

/** Reasons that a login, a flag or an owner can lift: a fix that stops at them was refused. Nobody can lift the others here. */
const LIFTABLE: Declined['code'][] = [
  'managed',
  'foreign-secret',
  'immutable-secret',
  'no-credential',
  'unnamed-registry',
  'bare-pod',
  'same-account-limited',
  'paused-deployment',
  'latest-needs-pin',
]

/** Whether somebody can lift what kept the fix from it. */
export function isLiftable({ code }: Declined): boolean {
  return LIFTABLE.includes(code)
}

/** Whether what was declined is about the finding's pod, its workload, or what would have brought its login. */
function speaksOf(declined: Declined, finding: Finding): boolean {
  if (
    declined.code === 'no-credential' ||
    declined.code === 'unproven-login' ||
    declined.code === 'unnamed-registry' ||
    declined.code === 'unneeded-login'
  )
    return declined.registry === finding.registry
  if (declined.code === 'terminating-namespace') return declined.namespace === finding.namespace
  const { kind, namespace, name } = declined.code === 'managed' ? declined.change.target : declined.target
  if (namespace !== finding.namespace) return false
  if (kind === 'Secret' || kind === 'ServiceAccount') {
    return finding.remedies.includes('authenticate') || finding.remedies.includes('recreate')
  }
  if (kind === 'Pod') return name === finding.pod
  return finding.workload?.kind === kind && finding.workload.name === name
}
