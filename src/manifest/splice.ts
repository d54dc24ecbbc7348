/** Finds the one place in a text where an edit goes, and the characters that it puts there: all others stay as they are. */

import { isAlias, isMap, isScalar, isSeq, type Node, type Scalar, type YAMLMap } from 'yaml'
import type { Pointer } from '../snapshot/template.ts'
import type { ManifestDocument } from './document.ts'
import type { ManifestEdit } from './edit.ts'
import { placeOf, plain, type SpliceResult } from './layout.ts'
import { lineBreakAt, lineEnd } from './lines.ts'
import { ownPair } from './node.ts'
import { isPlaceholder } from './placeholder.ts'
import { spliceOfSecret } from './splice-pull-secret.ts'

export function spliceFor(edit: ManifestEdit, text: string, document: ManifestDocument): SpliceResult {
  const node = nodeAt(edit.pointer, document)
  if (node === 'alias') return { refused: 'alias' }
  if (!isMap(node)) return { refused: 'layout' }
  return edit.op === 'set'
    ? spliceOfValue(edit, node, text, document)
    : spliceOfSecret(edit.name, node, text, document)
}

/** What is written there itself; `alias` where an alias is on the way, or repeats something on it. */
function nodeAt(pointer: Pointer, { root, aliases }: ManifestDocument): Node | 'alias' | null {
  let node: unknown = root
  for (const step of [...pointer, null]) {
    if (isAlias(node) || aliases.repeated.has(node as Node)) return 'alias'
    if (step === null) break
    if (isMap(node)) node = ownPair(node, String(step))?.value
    else if (isSeq(node)) node = node.items[Number(step)]
    else return null
  }
  return (node as Node | undefined) ?? null
}

function spliceOfValue(
  { key, value, behind }: Extract<ManifestEdit, { op: 'set' }>,
  map: YAMLMap,
  text: string,
  { aliases }: ManifestDocument,
): SpliceResult {
  const pair = ownPair(map, key)
  if (pair === null)
    return behind === null ? { refused: 'alias' } : insertBehind(map, behind, key, value, text)
  const old = pair.value
  if (isAlias(old) || aliases.repeated.has(old as Node)) return { refused: 'alias' }
  if (!isScalar(old) || !old.range) return { refused: 'layout' }
  const [start, end] = old.range
  const written = text.slice(start, end)
  if (/[\r\n]/.test(written)) return { refused: 'several-lines' }
  if (isPlaceholder(written)) return { refused: 'placeholder' }
  if (old.value === value) return null
  // A key without a value has a place of no length, right behind its colon.
  if (written === '') return { refused: 'layout' }
  return { start, end, text: quotedLike(old, value) }
}

/** In the quotes that the old value has. */
function quotedLike({ type }: Scalar, value: string): string {
  if (type === 'QUOTE_DOUBLE') return JSON.stringify(value)
  return type === 'QUOTE_SINGLE' ? `'${value.replaceAll("'", "''")}'` : plain(value)
}

function insertBehind(map: YAMLMap, sibling: string, key: string, value: string, text: string): SpliceResult {
  const pair = ownPair(map, sibling)
  if (pair === null) return { refused: 'alias' }
  const place = placeOf(pair, text)
  if (place === null) return { refused: 'layout' }
  const { keyStart, valueEnd, before } = place
  const indent = indentOf(before)
  const isJson = text[keyStart] === '"'
  const written = isJson ? `"${key}": ${JSON.stringify(value)}` : `${key}: ${plain(value)}`
  if (map.flow === true) {
    const between = indent === null ? ', ' : `,${lineBreakAt(keyStart, text)}${indent}`
    return { start: valueEnd, end: valueEnd, text: `${between}${written}` }
  }
  if (indent === null || indent.includes('\t')) return { refused: 'layout' }
  const end = lineEnd(valueEnd, text)
  return { start: end, end, text: `${lineBreakAt(keyStart, text)}${indent}${written}` }
}

/** The indentation of a key that begins its line, or its item; null of one behind something else. */
function indentOf(before: string): string | null {
  return /^\s*(?:- +)*$/.test(before) ? before.replaceAll('-', ' ') : null
}
