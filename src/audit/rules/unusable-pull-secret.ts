/** A pull secret that exists but can't be used by the kubelet: a wrong type, layout, or key, or unreadable content. */

import { isUnread } from '../../snapshot/pull-secret.ts'
import type { AuditRule } from '../rule.ts'

export const unusablePullSecret: AuditRule<'unusable-pull-secret'> = {
  severity: 'error',
  find(workload, facts) {
    const { secrets } = facts.pathOf(workload)
    return (secrets ?? []).flatMap(({ named, from, secret }) => {
      const problem = secret?.problem ?? null
      if (secret === null || problem === null || problem === 'missing' || isUnread(problem)) return []
      return {
        place: named.place ?? workload.place,
        arguments: { secret: named.value, from, problem, detail: secret.detail ?? null },
      }
    })
  },
}
