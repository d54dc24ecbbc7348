/** Why findings get no change: no remedy fits, no login is known for their registry, or another decision of the plan explains it. */

import type { Finding } from '../diagnosis/finding.ts'
import type { Change } from './change.ts'
import type { Declined } from './plan.ts'
import type { PlanInput } from './plan-input.ts'
import { limitedAccount, malformedSecret, podTarget, type StuckPod } from './stuck-pod.ts'

/** The reasons why findings get no change, except for those that `declined` explains already by their pod or workload. */
export function declinedFindings(
  input: PlanInput,
  stuck: StuckPod[],
  changes: Change[],
  declined: Declined[],
): Declined[] {
  const changed = new Set(changes.flatMap(({ target }) => target.uid ?? []))
  const explainedBefore = new Set(declined.flatMap(explained))
  const rest: Declined[] = []
  for (const entry of stuck) {
    const { pod, workload, findings } = entry
    const uids = [pod.uid, pod.controller?.uid ?? '', workload?.uid ?? '']
    if (uids.some(uid => changed.has(uid) || explainedBefore.has(uid))) continue
    const { namespace, serviceAccount } = pod
    const withheld =
      explainedBefore.has(`Secret ${namespace}`) ||
      explainedBefore.has(`ServiceAccount ${namespace}/${serviceAccount}`)
    for (const finding of findings) {
      if (withheld && entry.helped.includes(finding)) continue
      const reason = reasonFor(input, entry, finding)
      if (reason) rest.push(reason)
    }
  }
  return [...missingCredentials(input), ...unnamedRegistries(input), ...rest]
}

/** What a declined change explains: its object and, for a Secret or service account, every pod that would have gotten the login from it. */
function explained(declined: Declined): string[] {
  const target =
    declined.code === 'managed' ? declined.change.target : 'target' in declined && declined.target
  if (!target) return []
  const { kind, namespace, name, uid } = target
  if (kind === 'Secret') return [`Secret ${namespace}`]
  if (kind === 'ServiceAccount') return [`ServiceAccount ${namespace}/${name}`]
  return uid === null ? [] : [uid]
}

function reasonFor(input: PlanInput, { pod }: StuckPod, finding: Finding): Declined | null {
  const target = podTarget(pod)
  const { cause, container, image } = finding
  // A remedy fits, but it was not chosen.
  if (finding.remedies.length > 0 && !finding.remedies.some(remedy => input.remedies.has(remedy))) return null
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
  const { missing, unnamed, unproven } = input
  return [...[...missing, ...unproven].map(({ registry }) => registry), ...unnamed].some(
    registry => registry === finding.registry,
  )
}

function missingCredentials(input: PlanInput): Declined[] {
  if (!input.remedies.has('authenticate')) return []
  return [
    ...input.missing.map(({ registry, detail }): Declined => {
      return { code: 'no-credential', registry, detail, findings: callsFor(registry, input) }
    }),
    ...input.unproven.map((login): Declined => {
      return { code: 'unproven-login', ...login, findings: callsFor(login.registry, input) }
    }),
  ]
}

function unnamedRegistries(input: PlanInput): Declined[] {
  return input.unnamed.map(registry => ({
    code: 'unnamed-registry',
    registry,
    findings: callsFor(registry, input),
  }))
}

function callsFor(registry: string, { diagnosis }: PlanInput): number {
  return diagnosis.findings.filter(
    finding => finding.registry === registry && finding.remedies.includes('authenticate'),
  ).length
}
