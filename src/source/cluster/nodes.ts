/** Reads the nodes that pods are on. They only make advice more exact, so what can't be read of them leaves no gap. */

import { AT_ONCE, bounded } from '../../kubernetes/bounded.ts'
import type { Node } from '../../snapshot/node.ts'
import type { Pod } from '../../snapshot/pod.ts'
import { gapOf, isForbidden } from '../gap.ts'
import { narrowNode } from '../narrow/node.ts'
import type { Reading } from './reading.ts'

/** Clusters have few kinds of nodes, and one that is read alone costs the server about as much as a pod: a quarter of a second at most. */
const MOST = 64

/** Those that most of the pods are on; none where nodes are forbidden. */
export async function readNodes(reading: Reading, pods: Pod[]): Promise<Node[]> {
  let forbidden = false
  const nodes = await bounded(nodesNamed(pods).slice(0, MOST), AT_ONCE, async name => {
    if (forbidden) return null
    try {
      return narrowNode(await reading.cluster.get(`/api/v1/nodes/${encodeURIComponent(name)}`, reading.abort))
    } catch (error) {
      // Only for what it throws.
      gapOf(error, 'nodes', null)
      forbidden ||= isForbidden(error)
      return null
    }
  })
  return nodes.filter(node => node !== null)
}

/** Each once, the one with most pods first. */
function nodesNamed(pods: Pod[]): string[] {
  const counts = new Map<string, number>()
  for (const { node } of pods) if (node !== null) counts.set(node, (counts.get(node) ?? 0) + 1)
  return [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([name]) => name)
}
