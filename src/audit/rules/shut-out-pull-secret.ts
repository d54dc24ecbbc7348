/** A template with pull secrets of its own gets none of its service account's: Kubernetes does not merge the two lists. */

import { parseReference } from '../../image/reference.ts'
import { serves } from '../credentials.ts'
import type { AuditRule } from '../rule.ts'

export const shutOutPullSecret: AuditRule<'shut-out-pull-secret'> = {
  severity: 'warning',
  find(workload, facts) {
    const { account, secrets } = facts.pathOf(workload)
    const own = workload.pullSecrets.map(({ value }) => value)
    if (account === null || secrets === null || own.length === 0) return []
    const shutOut = account.filter(({ named }) => !own.includes(named.value))
    // Only those that would have helped: a login for what the template's own secrets serve already is not missed.
    const missed = shutOut.filter(each =>
      workload.containers.some(({ image, placeholder }) => {
        const reference = placeholder ? null : parseReference(image)
        return reference !== null && serves(secrets, reference) !== true && serves([each], reference) === true
      }),
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
        },
      },
    ]
  },
}
