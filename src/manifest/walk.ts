/** Walks the values of a document: follows aliases, merges `<<` as kubectl does, and treats values of the wrong shape as absent. */

import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar, type YAMLMap } from 'yaml'
import type { Pointer } from '../snapshot/template.ts'
import type { Aliases } from './aliases.ts'

/** A value with the path that led to it. */
export interface LocatedNode {
  node: Node
  pointer: Pointer
  /** Whether the path goes through an alias or a `<<`: the value is written somewhere else, maybe for other places as well. */
  indirect: boolean
}

/** How deep merged objects may contain other merged objects. */
const DEEPEST_MERGE = 16

export class Walk {
  readonly #aliases: Aliases

  constructor(aliases: Aliases) {
    this.#aliases = aliases
  }

  /** The value of a key; null if it is missing or null. */
  get(from: LocatedNode | null, key: string): LocatedNode | null {
    if (from === null) return null
    const found = this.#pairOf(from.node, key, 0)
    if (found === null) return null
    return this.#follow(found.value, [...from.pointer, key], from.indirect || found.merged)
  }

  /** Follows several keys, one after another. */
  path(from: LocatedNode | null, ...keys: string[]): LocatedNode | null {
    return keys.reduce<LocatedNode | null>((found, key) => this.get(found, key), from)
  }

  /** The elements of a list; empty for anything else. */
  items(from: LocatedNode | null): LocatedNode[] {
    if (from === null || !isSeq(from.node)) return []
    return from.node.items.flatMap(
      (item, index) => this.#follow(item, [...from.pointer, index], from.indirect) ?? [],
    )
  }

  /** The keys and values of an object, without merged ones. */
  entries(from: LocatedNode | null): [string, LocatedNode][] {
    if (from === null || !isMap(from.node)) return []
    return from.node.items.flatMap(pair => {
      const key = keyOf(pair)
      const value = key === null ? null : this.#follow(pair.value, [...from.pointer, key], from.indirect)
      return key === null || value === null ? [] : [[key, value] as [string, LocatedNode]]
    })
  }

  /** The whole value as plain data; only for small objects whose aliases are known to be bounded. */
  plain(from: LocatedNode | null): unknown {
    if (from === null) return null
    if (isMap(from.node))
      return Object.fromEntries(this.entries(from).map(([key, value]) => [key, this.plain(value)]))
    if (isSeq(from.node)) return this.items(from).map(item => this.plain(item))
    return isScalar(from.node) ? from.node.value : null
  }

  #follow(value: unknown, pointer: Pointer, indirect: boolean): LocatedNode | null {
    if (value === null || value === undefined) return null
    const target = isAlias(value) ? this.#aliases.targets.get(value) : (value as Node)
    if (target === undefined || (isScalar(target) && target.value === null)) return null
    return { node: target, pointer, indirect: indirect || target !== value }
  }

  #pairOf(node: unknown, key: string, depth: number): { value: unknown; merged: boolean } | null {
    if (!isMap(node)) return null
    const own = ownPair(node, key)
    if (own !== null) return { value: own.value, merged: false }
    const merging = ownPair(node, '<<')
    if (merging === null || depth > DEEPEST_MERGE) return null
    for (const merged of this.#merged(merging.value)) {
      const found = this.#pairOf(merged, key, depth + 1)
      if (found !== null) return { value: found.value, merged: true }
    }
    return null
  }

  #merged(value: unknown): unknown[] {
    const target = isAlias(value) ? this.#aliases.targets.get(value) : value
    if (!isSeq(target)) return [target]
    return target.items.map(item => (isAlias(item) ? this.#aliases.targets.get(item) : item))
  }
}

function keyOf({ key }: Pair): string | null {
  return isScalar(key) && typeof key.value === 'string' ? key.value : null
}

/** The object's own pair with that key, not a merged one; the last one if the key is given twice. */
export function ownPair(node: YAMLMap, key: string): Pair | null {
  return node.items.findLast(pair => keyOf(pair) === key) ?? null
}

/** The text of a scalar; empty for anything else. */
export function textOf(found: LocatedNode | null): string {
  return found !== null && isScalar(found.node) && typeof found.node.value === 'string'
    ? found.node.value
    : ''
}

/** A scalar that YAML does not read as text, with its source; null for any other value. */
export function misreadOf(found: LocatedNode | null): { source: string; as: 'number' | 'boolean' } | null {
  if (found === null || !isScalar(found.node)) return null
  const { value, source } = found.node as Scalar
  if (typeof value !== 'number' && typeof value !== 'boolean') return null
  return { source: source ?? String(value), as: typeof value === 'number' ? 'number' : 'boolean' }
}
