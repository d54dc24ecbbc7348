/** Finds where the name of a pull secret goes in a pod spec: into its list, or in front of the containers with a list of its own. */

import { isAlias, isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml'
import type { ManifestDocument } from './document.ts'
import { placeOf, plain, type SpliceResult } from './layout.ts'
import { aboveComments, lineBreakAt, lineEnd, startOfLine } from './lines.ts'
import { ownPair } from './node.ts'

/** null where the name is there already. */
export function spliceOfSecret(
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
      : `{name: ${plain(name)}}`
  const [start, end] = list.range
  if (last === undefined) return { start, end, text: `[${entry}]` }
  const at = last.range?.[1] ?? end
  return { start: at, end: at, text: `, ${entry}` }
}

/** Behind the last item of a block list, where that is one line. */
function appendItem(name: string, last: Node | undefined, text: string): SpliceResult {
  if (!isMap(last) || !last.range) return { refused: 'layout' }
  const [start] = last.range
  const pair = last.items.at(-1)
  const end = last.flow === true ? last.range[1] : pair && placeOf(pair, text)?.valueEnd
  const before = text.slice(startOfLine(start, text), start)
  if (end === undefined || !/^ *- +$/.test(before) || /[\r\n]/.test(text.slice(start, end)))
    return { refused: 'layout' }
  const at = lineEnd(end, text)
  return { start: at, end: at, text: `${lineBreakAt(start, text)}${before}name: ${plain(name)}` }
}

/** A new list in front of the containers, laid out as theirs is, above the comments that belong to them. */
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
      : `imagePullSecrets: [{name: ${plain(name)}}]`
    return { start: keyStart, end: keyStart, text: `${list}${between}` }
  }
  if (!/^ *$/.test(indent)) return { refused: 'layout' }
  const [itemStart] =
    (isSeq(pair.value) ? (pair.value as { range?: readonly number[] | null }).range : null) ?? []
  const dash = itemStart === undefined ? '' : text.slice(startOfLine(itemStart, text), itemStart)
  const ending = lineBreakAt(keyStart, text)
  const lines = `${indent}imagePullSecrets:${ending}${/^ *$/.test(dash) ? dash : indent}- name: ${plain(name)}${ending}`
  const start = aboveComments(lineStart, indent.length, text)
  return { start, end: start, text: lines }
}
