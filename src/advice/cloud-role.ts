/** How the identity of a node gets permission to pull from its cloud's registry: a role, or a change of the policy that forbids it. */

import { clueOf } from '../diagnosis/clue.ts'
import type { Finding } from '../diagnosis/finding.ts'
import type { Cloud } from '../image/registries.ts'
import type { Step } from './step.ts'

/**
 * The step that gives the caller its permission. An explicit deny, or a policy that sets a limit and allows nothing, overrides every role.
 * @param options.first whether it is known that the permission is what is missing
 */
export function cloudPermission(
  { clues }: Pick<Finding, 'clues'>,
  cloud: Cloud,
  { first }: { first: boolean },
): Step {
  const caller = clueOf(clues, 'caller')?.name ?? null
  const decided = clueOf(clues, 'aws-policy')
  const limits = decided?.policy !== 'identity' && decided?.policy !== 'resource'
  return decided !== undefined && (decided.denies || limits)
    ? { code: 'lift-deny', policy: decided.policy, denies: decided.denies, caller }
    : { code: 'grant-cloud-role', cloud, caller, first }
}
