/** Reads nodes. They only make advice and checks more precise, so a node that can't be read is not a gap. */

import type { ClusterReader } from '../../kubernetes/api/cluster.ts'
import { KINDS } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import type { Node } from '../../snapshot/node.ts'
import type { Pod } from '../../snapshot/pod.ts'
import { isForbidden, rethrowUnlessApiError } from '../gap.ts'
import { narrowNode } from '../narrow/node-facts.ts'
import { Reading } from './reading.ts'

/** The limit of nodes, which are read one by one: a cluster has few kinds of nodes. */
const MAX_NODES = 32

/** Returns the nodes with the most pods; none if nodes are forbidden. */
export async function readNodes(reading: Reading, pods: Pod[]): Promise<Node[]> {
  let forbidden = false
  const nodes = await bounded(nodesNamed(pods).slice(0, MAX_NODES), AT_ONCE, async name => {
    if (forbidden) return null
    try {
      return narrowNode(await reading.get(KINDS.Node, null, name))
    } catch (error) {
      rethrowUnlessApiError(error)
      forbidden ||= isForbidden(error)
      return null
    }
  })
  return nodes.filter(node => node !== null)
}

/** Returns each name once, the node with the most pods first. */
function nodesNamed(pods: Pod[]): string[] {
  const counts = new Map<string, number>()
  for (const { node } of pods) if (node !== null) counts.set(node, (counts.get(node) ?? 0) + 1)
  return [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([name]) => name)
}

/**
 * Returns the distinct platforms of all nodes, such as `linux/arm64`, from the labels that the kubelet puts on them; none if nodes are
 * forbidden, so that no image counts as unsuitable. @throws ApiError
 */
export async function nodePlatforms(cluster: ClusterReader, signal?: AbortSignal): Promise<string[]> {
  const reading = new Reading(cluster, signal ? { signal } : {})
  const found = new Set<string>()
  try {
    await reading.list(
      KINDS.Node,
      null,
      { metadataOnly: true, limit: 500 },
      ({ metadata: { labels = {} } }) => {
        const os = labels['kubernetes.io/os']
        const architecture = labels['kubernetes.io/arch']
        if (os && architecture) found.add(`${os}/${architecture}`)
      },
    )
  } catch (error) {
    if (!isForbidden(error)) throw error
  }
  return [...found]
}
