/** Pods that differ from their template: a webhook or a policy changed images or pull secrets at admission. */

import type { AuditRule } from '../rule.ts'

export const changedAtAdmission: AuditRule<'changed-at-admission'> = {
  severity: 'info',
  find(workload, facts) {
    const images = workload.containers.flatMap(container => {
      const rewritten = facts.observationOf(workload, container)?.rewritten ?? null
      if (rewritten === null) return []
      return { container, place: null, arguments: { what: 'image' as const, ...rewritten } }
    })
    const secrets = facts.secretsChangedOf(workload).map(({ pod, expected, found }) => ({
      place: null,
      severity: 'warning' as const,
      arguments: { what: 'secrets' as const, pod, expected, found },
    }))
    return [...images, ...secrets]
  },
}
