/** Puts nodes that are configured alike into groups. */

import { platformOf } from '../diagnosis/pulling-node.ts'
import type { Node } from '../snapshot/node.ts'
import type { MirrorPlatform, NodeGroup } from './setup.ts'

/** The groups, the largest first; nodes within a group by name. */
export function groupNodes(nodes: readonly Node[]): NodeGroup[] {
  const groups = new Map<string, NodeGroup>()
  for (const node of nodes) {
    const group = groupOf(node)
    const { platform, runtime, version, os, osImage, managed } = group
    const key = JSON.stringify([platform, runtime, version, os, osImage, managed])
    const known = groups.get(key)
    if (known === undefined) groups.set(key, group)
    else known.nodes.push(node.name)
  }
  const sorted = [...groups.values()].map(group => ({ ...group, nodes: group.nodes.toSorted() }))
  return sorted.sort(
    (a, b) => b.nodes.length - a.nodes.length || ((a.nodes[0] ?? '') < (b.nodes[0] ?? '') ? -1 : 1),
  )
}

function groupOf(node: Node): NodeGroup {
  const [, runtime = null, version = null] = /^([a-z-]+):\/\/(.*)$/.exec(node.runtime ?? '') ?? []
  const { os, osImage, name, labels } = node
  const compute = labels['eks.amazonaws.com/compute-type']
  const managed = compute === 'fargate' ? 'fargate' : compute === 'auto' ? 'auto-mode' : null
  return {
    platform: platformFor(node, runtime),
    runtime,
    version: version === '' || version === 'Unknown' ? null : version,
    os,
    osImage,
    managed,
    nodes: [name],
  }
}

/** The distribution or cloud; without one, what the runtime's own documentation describes. */
function platformFor(node: Node, runtime: string | null): MirrorPlatform {
  const platform = platformOf(node)
  // Windows nodes of any provider keep containerd's files in a place of their own.
  if (node.os === 'windows') return platform === 'gke' ? 'gke' : 'windows'
  if (platform !== null) return platform
  return runtime === 'containerd' || runtime === 'cri-o' || runtime === 'docker' ? runtime : 'unknown'
}
