/** An image that is not built for all nodes on which its pods may be scheduled. */

import { isBuiltFor } from '../../image/platform.ts'
import { perImage } from '../rule.ts'

export const wrongPlatform = perImage<'wrong-platform'>('error', (container, workload, facts) => {
  const built = facts.checkOf(container.image, workload)?.platforms ?? null
  const nodes = facts.scope.nodes?.platforms ?? []
  if (built === null || built.length === 0 || nodes.length === 0) return null
  const lacking = nodes.filter(node => !isBuiltFor(built, node))
  if (lacking.length === 0) return null
  // If the nodes have several platforms, a selector might place the pods on the right ones.
  return { arguments: { built, lacking }, severity: lacking.length === nodes.length ? 'error' : 'warning' }
})
