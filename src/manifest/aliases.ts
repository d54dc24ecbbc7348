/** What each alias of a document stands for, found without expanding any: a few lines of aliases can stand for billions of values. */

import { type Alias, isAlias, isCollection, isPair, type Node } from 'yaml'

export interface Aliases {
  /** The node that an alias repeats. */
  targets: ReadonlyMap<Alias, Node>
  /** Nodes that some alias repeats: a change of one is a change in several places. */
  repeated: ReadonlySet<Node>
}

/** Aliases may stand for so many nodes in all; kubectl draws the line at about as many. */
const MOST_EXPANDED = 1_000_000

/** null where they would grow without bounds, or stand for themselves. */
export function aliasesOf(root: Node): Aliases | null {
  const targets = new Map<Alias, Node>()
  const repeated = new Set<Node>()
  /** By anchor: the latest node of that name, and how many nodes it expands to; null while it is not over. */
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
