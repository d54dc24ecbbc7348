/** A document as plain data; what an alias repeats is one object wherever it is, so that nothing grows. */

import { isAlias, isMap, isScalar, isSeq, type Node, type Pair } from 'yaml'
import type { ManifestDocument } from './document.ts'

/** All of it: keys of any type as text, nulls kept, `<<` a key as any other. */
export function dataOf({ root, aliases }: ManifestDocument): unknown {
  const known = new Map<Node, unknown>()
  const read = (node: unknown): unknown => {
    if (isAlias(node)) return read(aliases.targets.get(node))
    if (isScalar(node)) return node.value
    if (!isMap(node) && !isSeq(node)) return null
    if (known.has(node)) return known.get(node)
    const data = isSeq(node)
      ? node.items.map(read)
      : Object.fromEntries(node.items.map(pair => [keyText(pair), read(pair.value)]))
    known.set(node, data)
    return data
  }
  return read(root)
}

function keyText({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : JSON.stringify(key)
}

/** Whether two values are the same data: objects whatever the order of their keys, lists in order. */
export function isSameData(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (Array.isArray(one) !== Array.isArray(other)) return false
  const [keys, others] = [Object.keys(one), Object.keys(other)]
  return (
    keys.length === others.length &&
    keys.every(key => Object.hasOwn(other, key) && isSameData((one as Data)[key], (other as Data)[key]))
  )
}

type Data = Record<string, unknown>
