/** A pull secret that was clearly meant for an image's registry, but has a key that the kubelet does not match with it. */

import { isForOthers, keyMismatch } from '../../dockerconfig/key-mismatch.ts'
import type { WorkloadTemplate } from '../../snapshot/template.ts'
import type { NamedSecret } from '../credentials.ts'
import { type AuditRule, type RuleFinding, referenceOf } from '../rule.ts'

export const unmatchedPullSecret: AuditRule<'unmatched-pull-secret'> = {
  severity: 'error',
  find(workload, facts) {
    const { secrets, hasLoginFor } = facts.pathOf(workload)
    const unserved = workload.containers.flatMap(container => {
      const reference = referenceOf(container)
      return reference !== null && hasLoginFor(reference) === false ? [reference] : []
    })
    const all = (secrets ?? []).flatMap(named => hitsOf(named, unserved, workload))
    return [...new Map(all.map(hit => [`${hit.arguments.secret} ${hit.arguments.key}`, hit])).values()]
  },
}

function hitsOf(
  { named, from, secret }: NamedSecret,
  unserved: { registry: string; repository: string }[],
  workload: WorkloadTemplate,
): RuleFinding<'unmatched-pull-secret'>[] {
  if (secret === null || secret.problem !== null) return []
  return secret.entries.flatMap(({ key }) =>
    unserved.flatMap(reference => {
      const mismatch = keyMismatch(key, reference)
      if (mismatch === null || isForOthers(mismatch)) return []
      const { registry } = reference
      return {
        place: named.place ?? workload.place,
        arguments: { secret: named.value, from, key, mismatch, registry },
      }
    }),
  )
}
