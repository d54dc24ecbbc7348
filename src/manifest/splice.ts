/** Finds the one place in a text that an edit changes, and its new text. All other characters stay the same. */

import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, parse, type Scalar, type YAMLMap } from 'yaml'
import type { Pointer } from '../snapshot/template.ts'
import type { ManifestDocument } from './document.ts'
import type { EditRefusal, ManifestEdit } from './edit.ts'
import { isPlaceholder } from './placeholder.ts'
import { ownPair } from './walk.ts'

export interface Splice {
  start: number
  end: number
  text: string
}

/** null if the text already has the value. */
type SpliceResult = Splice | null | { refused: EditRefusal }

export function spliceFor(edit: ManifestEdit, text: string, document: ManifestDocument): SpliceResult {
  const node = nodeAt(edit.pointer, document)
  if (node === 'alias') return { refused: 'alias' }
  if (!isMap(node)) return { refused: 'layout' }
  return edit.op === 'set'
    ? spliceOfValue(edit, node, text, document)
    : spliceOfSecret(edit.name, node, text, document)
}

/** The node that is written at that place; `alias` if the path goes through an alias, or through a node that an alias repeats. */
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
    return behind === null ? { refused: 'alias' } : insertBehind(map, behind, { key, value }, text)
  const old = pair.value
  if (isAlias(old) || aliases.repeated.has(old as Node)) return { refused: 'alias' }
  if (!isScalar(old) || !old.range) return { refused: 'layout' }
  const [start, end] = old.range
  const written = text.slice(start, end)
  if (/[\r\n]/.test(written)) return { refused: 'several-lines' }
  if (isPlaceholder(written)) return { refused: 'placeholder' }
  if (old.value === value) return null
  // A key without a value has an empty range, right after its colon.
  if (written === '') return { refused: 'layout' }
  return { start, end, text: quotedLike(old, value) }
}

/** The value in the same quotes as the old one. */
function quotedLike({ type }: Scalar, value: string): string {
  if (type === 'QUOTE_DOUBLE') return JSON.stringify(value)
  return type === 'QUOTE_SINGLE' ? `'${value.replaceAll("'", "''")}'` : plainOrQuoted(value)
}

function insertBehind(
  map: YAMLMap,
  sibling: string,
  { key, value }: { key: string; value: string },
  text: string,
): SpliceResult {
  const pair = ownPair(map, sibling)
  if (pair === null) return { refused: 'alias' }
  const place = pairPlace(pair, text)
  if (place === null) return { refused: 'layout' }
  const { keyStart, valueEnd, before } = place
  const indent = indentOf(before)
  const isJson = text[keyStart] === '"'
  const written = isJson ? `"${key}": ${JSON.stringify(value)}` : `${key}: ${plainOrQuoted(value)}`
  if (map.flow === true) {
    const between = indent === null ? ', ' : `,${lineBreakAt(keyStart, text)}${indent}`
    return { start: valueEnd, end: valueEnd, text: `${between}${written}` }
  }
  if (indent === null || indent.includes('\t')) return { refused: 'layout' }
  const end = lineEnd(valueEnd, text)
  return { start: end, end, text: `${lineBreakAt(keyStart, text)}${indent}${written}` }
}

/** The indentation of a key that is first in its line or item; null if something else precedes the key. */
function indentOf(before: string): string | null {
  return /^\s*(?:- +)*$/.test(before) ? before.replaceAll('-', ' ') : null
}

/** Adds the name to the pod spec's list, or inserts a new list before the containers; null if the name is there already. */
function spliceOfSecret(
  name: string,
  pod: YAMLMap,
  text: string,
  { aliases }: ManifestDocument,
): SpliceResult {
  const pair = ownPair(pod, 'imagePullSecrets')
  if (pair === null) return insertList(name, pod, text)
  const list = pair.value
  if (isAlias(list) || aliases.repeated.has(list as Node)) return { refused: 'alias' }
  if (!isSeq(list) || !list.range) return { refused: 'layout' }
  const names = list.items.map(item => (isMap(item) ? ownPair(item, 'name')?.value : null))
  if (names.some(each => isScalar(each) && each.value === name)) return null
  const last = list.items.at(-1) as Node | undefined
  if (list.flow !== true) return appendItem(name, last, text)
  const entry =
    text[(pair.key as Node).range?.[0] ?? 0] === '"'
      ? `{"name": ${JSON.stringify(name)}}`
      : `{name: ${plainOrQuoted(name)}}`
  const [start, end] = list.range
  if (last === undefined) return { start, end, text: `[${entry}]` }
  const at = last.range?.[1] ?? end
  return { start: at, end: at, text: `, ${entry}` }
}

/** Adds an item after the last one of a block list, if the last one is on one line. */
function appendItem(name: string, last: Node | undefined, text: string): SpliceResult {
  if (!isMap(last) || !last.range) return { refused: 'layout' }
  const [start] = last.range
  const pair = last.items.at(-1)
  const end = last.flow === true ? last.range[1] : pair && pairPlace(pair, text)?.valueEnd
  const before = text.slice(startOfLine(start, text), start)
  if (end === undefined || !/^ *- +$/.test(before) || /[\r\n]/.test(text.slice(start, end)))
    return { refused: 'layout' }
  const at = lineEnd(end, text)
  return { start: at, end: at, text: `${lineBreakAt(start, text)}${before}name: ${plainOrQuoted(name)}` }
}

/** Inserts a new list before the containers and their comments, with the same layout as theirs. */
function insertList(name: string, pod: YAMLMap, text: string): SpliceResult {
  const pair = ownPair(pod, 'containers')
  const [keyStart] = (pair?.key as Node | undefined)?.range ?? []
  if (pair === null || keyStart === undefined) return { refused: 'layout' }
  const lineStart = startOfLine(keyStart, text)
  const indent = text.slice(lineStart, keyStart)
  if (pod.flow === true) {
    const isJson = text[keyStart] === '"'
    const between = /^\s*$/.test(indent) ? `,${lineBreakAt(keyStart, text)}${indent}` : ', '
    const list = isJson
      ? `"imagePullSecrets": [{"name": ${JSON.stringify(name)}}]`
      : `imagePullSecrets: [{name: ${plainOrQuoted(name)}}]`
    return { start: keyStart, end: keyStart, text: `${list}${between}` }
  }
  if (!/^ *$/.test(indent)) return { refused: 'layout' }
  const [itemStart] =
    (isSeq(pair.value) ? (pair.value as { range?: readonly number[] | null }).range : null) ?? []
  const dash = itemStart === undefined ? '' : text.slice(startOfLine(itemStart, text), itemStart)
  const ending = lineBreakAt(keyStart, text)
  const lines = `${indent}imagePullSecrets:${ending}${/^ *$/.test(dash) ? dash : indent}- name: ${plainOrQuoted(name)}${ending}`
  const start = aboveComments(lineStart, indent.length, text)
  return { start, end: start, text: lines }
}

/** Without quotes if the value then still reads as the same text. */
function plainOrQuoted(value: string): string {
  return /^[\w./][\w./:@-]*$/.test(value) && !value.endsWith(':') && parse(value) === value
    ? value
    : JSON.stringify(value)
}

interface PairPlace {
  keyStart: number
  valueEnd: number
  /** The text before the key in its line. */
  before: string
}

/** null if the pair spans several lines. */
function pairPlace({ key, value }: Pair, text: string): PairPlace | null {
  const [keyStart] = (key as Node).range ?? []
  const valueEnd = (value as Node | null)?.range?.[1]
  if (keyStart === undefined || valueEnd === undefined) return null
  if (/[\r\n]/.test(text.slice(keyStart, valueEnd))) return null
  return { keyStart, valueEnd, before: text.slice(startOfLine(keyStart, text), keyStart) }
}

/** The start of the comment lines with the same indentation that directly precede this line. */
function aboveComments(lineStart: number, indent: number, text: string): number {
  let start = lineStart
  while (start > 0) {
    const before = startOfLine(start - 1, text)
    const line = text.slice(before, start)
    if (!new RegExp(`^ {${indent}}#`).test(line)) break
    start = before
  }
  return start
}

function startOfLine(offset: number, text: string): number {
  return text.lastIndexOf('\n', offset - 1) + 1
}

/** The offset of the line's end, before the line break. */
function lineEnd(offset: number, text: string): number {
  const found = text.slice(offset).search(/\r?\n/)
  return found === -1 ? text.length : offset + found
}

/** The line break at the end of the line at this offset, or else the first one in the text. */
function lineBreakAt(offset: number, text: string): string {
  const rest = text.indexOf('\n', offset)
  const found = rest === -1 ? text.indexOf('\n') : rest
  return found > 0 && text[found - 1] === '\r' ? '\r\n' : '\n'
}
