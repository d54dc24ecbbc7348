/** Resolves a document's aliases without expanding them, because a few lines of aliases can expand to billions of values. */

import { type Alias, isAlias, isCollection, isPair, type Node } from 'yaml'

export interface Aliases {
  /** The node that each alias repeats. */
  targets: ReadonlyMap<Alias, Node>
  /** Nodes that an alias repeats, so changing one changes several places. */
  repeated: ReadonlySet<Node>
}

/** The most nodes that a document may expand to; kubectl's limit is about the same. */
const MOST_EXPANDED = 1_000_000

/** null if the aliases expand to too many nodes, or refer to themselves. */
export function aliasesOf(root: Node): Aliases | null {
  const targets = new Map<Alias, Node>()
  const repeated = new Set<Node>()
  /** By anchor: the latest node with that name, and how many nodes it expands to; null until the node ends. */
  const anchored = new Map<string, { node: Node; size: number | null }>()
  const sizeOf = (node: unknown): number => {
    if (isPair(node)) return sizeOf(node.key) + sizeOf(node.value)
    if (isAlias(node)) {
      const target = anchored.get(node.source)
      if (target === undefined || target.size === null) return Number.POSITIVE_INFINITY
      targets.set(node, target.node)
      repeated.add(target.node)
      return target.size
    }
    const anchor = (node as { anchor?: string } | null)?.anchor
    if (anchor !== undefined) anchored.set(anchor, { node: node as Node, size: null })
    const size = isCollection(node) ? node.items.reduce<number>((sum, item) => sum + sizeOf(item), 1) : 1
    if (anchor !== undefined) anchored.set(anchor, { node: node as Node, size })
    return size
  }
  return sizeOf(root) > MOST_EXPANDED ? null : { targets, repeated }
}
