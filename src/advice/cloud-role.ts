/** The identity of a node in its cloud: whether it may have one, and how that gets permission to pull: by a role, or a change of the policy that forbids it. */

import { clueOf } from '../diagnosis/clue.ts'
import type { Finding } from '../diagnosis/finding.ts'
import type { Platform } from '../diagnosis/pulling-node.ts'
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
  const { name: caller, action } = clueOf(clues, 'caller') ?? { name: null, action: null }
  const decided = clueOf(clues, 'aws-policy')
  const limits = decided?.policy !== 'identity' && decided?.policy !== 'resource'
  return decided !== undefined && (decided.denies || limits)
    ? { code: 'lift-deny', policy: decided.policy, denies: decided.denies, caller }
    : { code: 'grant-cloud-role', cloud, caller, action, first }
}

/** Platforms and names of each cloud's own nodes. */
const NODES_OF: Record<Cloud, { platforms: Platform[]; names: RegExp }> = {
  ecr: {
    platforms: ['eks', 'bottlerocket'],
    names: /^(?:ip-\d+-|i-[0-9a-f]{8}|fargate-)|\.compute\.internal$/,
  },
  acr: { platforms: ['aks'], names: /^aks/ },
  gar: { platforms: ['gke'], names: /^(?:gke|gk3)-/ },
}

/** Whether the node shows that it belongs to the registry's cloud, and so may have an identity there. */
export function isInCloud({ host }: Finding, cloud: Cloud): boolean {
  const { platforms, names } = NODES_OF[cloud]
  return (host.platform !== null && platforms.includes(host.platform)) || names.test(host.name ?? '')
}
