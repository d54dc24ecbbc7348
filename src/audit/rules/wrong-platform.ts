/** An image that was not built for the nodes that its pods may be placed on. */

import { perImage } from '../rule.ts'

export const wrongPlatform = perImage<'wrong-platform'>('error', (container, workload, facts) => {
  const built = facts.checkOf(container.image, workload)?.platforms ?? null
  const nodes = facts.scope.nodes?.platforms ?? []
  if (built === null || built.length === 0 || nodes.length === 0) return null
  const lacking = nodes.filter(node => !built.some(each => each === node || each.startsWith(`${node}/`)))
  if (lacking.length === 0) return null
  // With nodes of several platforms a selector may keep the pods on the right ones.
  return { arguments: { built, lacking }, severity: lacking.length === nodes.length ? 'error' : 'warning' }
})
