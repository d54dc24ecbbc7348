/** CronJobs that renew short-lived logins and can't be pulled themselves, so that the logins have ended. */

import type { Finding } from './finding.ts'

/** Names of such jobs: what they do, and to what (groundlight/edge-endpoint#148: `refresh-ecr-creds`). */
const RENEWS = /refresh|renew|rotat|updat|sync/
const LOGINS =
  /(?:^|-)(?:ecr|gcr|gar|acr|registry|regcred|docker|cred|credentials?|creds|pull-?secrets?)(?:-|$)/

/** Adds a clue to each refused login whose namespace has such a CronJob among the failing pods. */
export function withFailingRenewers(findings: Finding[]): Finding[] {
  const renewers = new Map<string, string>()
  for (const { namespace, workload } of findings)
    if (workload?.kind === 'CronJob' && RENEWS.test(workload.name) && LOGINS.test(workload.name))
      renewers.set(namespace, workload.name)
  if (renewers.size === 0) return findings
  return findings.map(finding => {
    const { namespace, cause, workload, clues } = finding
    const cronJob = renewers.get(namespace)
    if (cronJob === undefined || cause !== 'auth-required-or-denied' || workload?.name === cronJob)
      return finding
    return { ...finding, clues: [...clues, { code: 'renewer-fails', cronJob }] }
  })
}
