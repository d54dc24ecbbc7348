/** CronJobs that renew short-lived logins, by their names: those that can't be pulled themselves, so that the logins have ended. */

import { type Cloud, cloudOf } from '../../image/cloud-registries.ts'
import type { Snapshot } from '../../snapshot/snapshot.ts'
import { cluesWith, type RenewedElsewhere } from '../clues/clue.ts'
import { type Finding, withClues } from '../finding.ts'

/** What the names of such jobs say that they do (groundlight/edge-endpoint#148: `refresh-ecr-creds`). */
const RENEWS = /refresh|renew|rotat|updat|sync/

/** And to what: other jobs have most of these words, too, as `sync-registry-images` and `rotate-db-credentials`. */
const PULL_SECRET = /(?:^|-)(?:regcred|pull-?secrets?)(?:-|$)/
const LOGIN = /(?:^|-)(?:cred|creds|credentials?|logins?|tokens?|secrets?)(?:-|$)/
const REGISTRY = /(?:^|-)(?:ecr|gcr|gar|acr|registry|docker)(?:-|$)/
const CLOUD_ALONE = /^(?:ecr|gcr|gar|acr)-[a-z]+$|^[a-z]+-(?:ecr|gcr|gar|acr)$/

/** How such names call the clouds. */
const CLOUDS: Readonly<Record<Cloud, RegExp>> = {
  ecr: /(?:^|-)(?:ecr|aws)(?:-|$)/,
  gar: /(?:^|-)(?:gcr|gar|gcp|google)(?:-|$)/,
  acr: /(?:^|-)(?:acr|azure)(?:-|$)/,
}

/** Adds a clue to each refused login whose namespace has such a CronJob among the failing pods. */
export function withFailingRenewers(findings: Finding[]): Finding[] {
  const renewers = findings.flatMap(({ namespace, workload }) =>
    workload?.kind === 'CronJob' && renewsLogins(workload.name) ? [{ namespace, name: workload.name }] : [],
  )
  if (renewers.length === 0) return findings
  return findings.map(finding => {
    const { namespace, cause, workload, registry } = finding
    if (cause !== 'auth-required-or-denied') return finding
    const renewer = renewers.find(
      other =>
        other.namespace === namespace &&
        other.name !== workload?.name &&
        mayBeFor(other.name, cloudOf(registry)),
    )
    return withClues(finding, cluesWith('renewer-fails', renewer ? { cronJob: renewer.name } : null))
  })
}

function renewsLogins(name: string): boolean {
  const isOfLogin =
    PULL_SECRET.test(name) || CLOUD_ALONE.test(name) || (LOGIN.test(name) && REGISTRY.test(name))
  return RENEWS.test(name) && isOfLogin
}

/** The one CronJob that renews logins for the cloud's registry, by its name; null if there is none, or several are named so. */
export function renewerFor(cloud: Cloud, cronJobs: Snapshot['cronJobs']): RenewedElsewhere['renewer'] {
  const [first, ...others] = (cronJobs ?? []).filter(
    ({ name }) => renewsLogins(name) && mayBeFor(name, cloud),
  )
  return first === undefined || others.length > 0 ? null : first
}

/** Whether it is not named for another cloud than that of the registry. */
function mayBeFor(name: string, cloud: Cloud | null): boolean {
  const named = Object.entries(CLOUDS).filter(([, pattern]) => pattern.test(name))
  return named.length === 0 || named.some(([other]) => other === cloud)
}
