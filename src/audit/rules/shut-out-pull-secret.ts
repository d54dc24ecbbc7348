/** A template with its own pull secrets gets none of its service account's, because Kubernetes does not merge the two lists. */

import { hasLoginFor } from '../credentials.ts'
import { type AuditRule, referenceOf } from '../rule.ts'

export const shutOutPullSecret: AuditRule<'shut-out-pull-secret'> = {
  severity: 'warning',
  find(workload, facts) {
    const { account, secrets } = facts.pathOf(workload)
    const own = workload.pullSecrets.map(({ value }) => value)
    if (account === null || secrets === null || own.length === 0) return []
    const shutOut = account.filter(({ named }) => !own.includes(named.value))
    const unserved = workload.containers.flatMap(container => {
      const reference = referenceOf(container)
      return reference !== null && hasLoginFor(secrets, reference) !== true ? [reference] : []
    })
    // Skip secrets that are known to have no login for any image that the template's own secrets don't serve.
    const missed = shutOut.filter(each =>
      unserved.some(reference => hasLoginFor([each], reference) !== false),
    )
    if (missed.length === 0) return []
    const [first] = workload.pullSecrets
    return [
      {
        place: first?.place ?? workload.place,
        arguments: {
          serviceAccount: workload.serviceAccount.value,
          secrets: missed.map(({ named }) => named.value),
          own,
          proven: unserved.some(reference => hasLoginFor(missed, reference) === true),
        },
      },
    ]
  },
}
