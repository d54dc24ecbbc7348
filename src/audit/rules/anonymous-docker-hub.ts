/** Pulls from Docker Hub without a login: they share the anonymous limit of the nodes' address. */

import { isDockerHub } from '../../image/docker-hub.ts'
import { type AuditRule, referenceOf } from '../rule.ts'

export const anonymousDockerHub: AuditRule<'anonymous-docker-hub'> = {
  severity: 'warning',
  find(workload, facts) {
    const { secrets, hasLoginFor } = facts.pathOf(workload)
    const wanted = facts.wantedSecret
    // Files usually don't include the service account. Report such a workload only if the user configured which secret it should have.
    const isUnknown = secrets === null
    if (isUnknown && (facts.isLive || wanted === null)) return []
    // Secrets that don't work have their own findings.
    if (secrets?.some(({ secret }) => secret !== null && secret.problem !== null)) return []
    if (secrets?.some(({ named }) => named.value === wanted)) return []
    const { serviceAccount, podPointer } = workload
    return workload.containers.flatMap(container => {
      const reference = referenceOf(container)
      if (reference === null || !isDockerHub(reference.registry)) return []
      if (!isUnknown && hasLoginFor(reference) !== false) return []
      const fix = wanted === null || podPointer === null ? null : ({ code: 'secret', name: wanted } as const)
      return {
        container,
        place: container.imagePlace,
        arguments: { serviceAccount: serviceAccount.value, known: !isUnknown, wanted },
        fix,
      }
    })
  },
}
