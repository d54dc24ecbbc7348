/** An image that some nodes don't have: if its pods moved there, it would have to be pulled, which could fail. */

import { parseReference } from '../../image/reference.ts'
import { perImage } from '../rule.ts'

export const freshNode = perImage<'fresh-node'>('info', (container, workload, facts) => {
  const { scope } = facts
  const nodes = scope.nodes?.schedulable ?? []
  const seen = facts.observationOf(workload, container)?.nodes ?? []
  const reference = parseReference(container.image)
  if (nodes.length < 2 || seen.length === 0 || reference === null) return null
  const lacking = nodes.filter(node => !seen.includes(node))
  if (lacking.length === 0) return null
  return {
    arguments: { lacking, nodes: nodes.length, credential: facts.pathOf(workload).hasLoginFor(reference) },
  }
})
