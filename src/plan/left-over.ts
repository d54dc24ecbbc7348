/** Findings that no change aims at, each with the reason that no change does. */

import type { Finding } from '../diagnosis/finding.ts'
import type { Change } from './change.ts'
import type { Declined } from './plan.ts'
import type { PlanInput } from './plan-input.ts'
import { limitedAccount, malformedSecret, podTarget, type StuckPod } from './stuck-pod.ts'

/** Says of each unhelped finding why; those that `declined` explains already, by their pod or workload, are left out. */
export function leftOver(
  input: PlanInput,
  stuck: StuckPod[],
  changes: Change[],
  declined: Declined[],
): Declined[] {
  const aimed = new Set(changes.flatMap(({ target }) => target.uid ?? []))
  const told = new Set(declined.flatMap(explained))
  const rest: Declined[] = []
  for (const entry of stuck) {
    const { pod, workload, findings } = entry
    const uids = [pod.uid, pod.controller?.uid ?? '', workload?.uid ?? '']
    if (uids.some(uid => aimed.has(uid) || told.has(uid))) continue
    for (const finding of findings) {
      const reason = reasonFor(input, entry, finding)
      if (reason) rest.push(reason)
    }
  }
  return [...missingCredentials(input), ...rest]
}

function explained(declined: Declined): string[] {
  if (declined.code === 'managed')
    return declined.change.target.uid === null ? [] : [declined.change.target.uid]
  return 'target' in declined && declined.target.uid !== null ? [declined.target.uid] : []
}

function reasonFor(input: PlanInput, { pod }: StuckPod, finding: Finding): Declined | null {
  const target = podTarget(pod)
  const { cause, container, image } = finding
  if (!finding.remedies.includes('authenticate')) {
    return { code: 'no-remedy', cause, target, container, image }
  }
  if (isMissing(input, finding)) return null
  const secret = malformedSecret(finding)
  if (secret !== null) return { code: 'malformed-secret', target, secret }
  const username = limitedAccount(finding, input.credentials)
  if (username !== null) return { code: 'same-account-limited', target, username }
  return { code: 'no-remedy', cause, target, container, image }
}

function isMissing(input: PlanInput, finding: Finding): boolean {
  return input.missing.some(({ registry }) => registry === finding.registry)
}

function missingCredentials(input: PlanInput): Declined[] {
  if (!input.remedies.has('authenticate')) return []
  return input.missing.map(({ registry, detail }) => ({
    code: 'no-credential',
    registry,
    detail,
    findings: input.diagnosis.findings.filter(
      finding => finding.registry === registry && finding.remedies.includes('authenticate'),
    ).length,
  }))
}
