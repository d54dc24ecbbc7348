/**
 * Which nodes lack an image, as far as known. A kubelet lists only the 50 largest images, so an image that is not listed might be there.
 */

import type { UsageNode } from '../snapshot/hub-usage.ts'
import { alwaysCost } from './pull-cost.ts'

export class NodeImages {
  /** The share of nodes for new pods on which policy Always costs, or might cost, a pull at each start; 1 if nodes can't be read. */
  readonly costlyShare: number
  readonly #nodes: readonly UsageNode[] | null
  readonly #byName: ReadonlyMap<string, UsageNode & { held: ReadonlySet<string> }>
  /** How many nodes may lack the image, by its full name. */
  readonly #lacking = new Map<string, number>()

  /** @param nodes null if they can't be read */
  constructor(nodes: readonly UsageNode[] | null) {
    this.#nodes = nodes?.filter(({ schedulable }) => schedulable) ?? null
    this.costlyShare = shareOf(this.#nodes)
    this.#byName = new Map(
      (nodes ?? []).map(node => [node.name, { ...node, held: new Set(node.images) }] as const),
    )
  }

  /** Nodes for new pods; infinite if unknown. */
  get count(): number {
    return this.#nodes?.length ?? Number.POSITIVE_INFINITY
  }

  /** Nodes for new pods that may lack the image. */
  lacking(image: string): number {
    if (this.#nodes === null) return Number.POSITIVE_INFINITY
    const known = this.#lacking.get(image)
    if (known !== undefined) return known
    const count = this.#nodes.filter(({ name }) => !this.holds(name, image)).length
    this.#lacking.set(image, count)
    return count
  }

  /** Whether the node lists the image. */
  holds(node: string | null, image: string): boolean {
    return node !== null && this.#byName.get(node)?.held.has(image) === true
  }

  /** What policy Always costs on a node. */
  alwaysCostOn(node: string | null): ReturnType<typeof alwaysCost> {
    return alwaysCost(this.#byName.get(node ?? '')?.runtime ?? null)
  }
}

function shareOf(nodes: readonly UsageNode[] | null): number {
  if (nodes === null) return 1
  const costly = nodes.filter(({ runtime }) => alwaysCost(runtime) !== 'nothing')
  return nodes.length === 0 ? 0 : costly.length / nodes.length
}
