/** A pull secret that is named but does not exist, or only exists in another namespace, where pods can't use it. */

import type { AuditRule } from '../rule.ts'

export const missingPullSecret: AuditRule<'missing-pull-secret'> = {
  severity: 'error',
  find(workload, facts) {
    const { namespace } = workload
    // In files, what names no namespace may be applied to any; a Secret that names none is known as one of the default namespace.
    const isElsewhere = (other: string) =>
      other !== namespace && (facts.isLive || (namespace !== null && other !== 'default'))
    const { secrets } = facts.pathOf(workload)
    return (secrets ?? []).flatMap(({ named, from, secret }) => {
      const elsewhere = facts.namespacesWith(named.value).filter(isElsewhere)
      // Files seldom include all Secrets, so a Secret that is not in them is only reported if they have it for another namespace.
      const missing = secret === null ? !facts.isLive && elsewhere.length > 0 : secret.problem === 'missing'
      if (!missing) return []
      return { place: named.place ?? workload.place, arguments: { secret: named.value, from, elsewhere } }
    })
  },
}
