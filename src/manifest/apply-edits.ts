/** Edits a manifest's text and proves the result: read again, it must contain the intended changes and no others. */

import { isAlias, isMap, isScalar, isSeq, type Node, type Pair } from 'yaml'
import { type ManifestDocument, readManifest } from './document.ts'
import type { EditRefusal, ManifestEdit } from './edit.ts'
import { type Splice, spliceFor } from './splice.ts'

interface EditedText {
  text: string
  applied: ManifestEdit[]
  refused: { edit: ManifestEdit; why: EditRefusal }[]
}

/** Applies the edits. Edits that change nothing are neither applied nor refused. */
export function applyEdits(text: string, edits: readonly ManifestEdit[]): EditedText {
  const { documents } = readManifest(text)
  const byIndex = new Map(documents.map(document => [document.index, document]))
  const splices: Splice[] = []
  const applied: ManifestEdit[] = []
  const refused: EditedText['refused'] = []
  for (const edit of edits) {
    const document = byIndex.get(edit.document)
    const splice = document === undefined ? ({ refused: 'layout' } as const) : spliceFor(edit, text, document)
    if (splice === null) continue
    if ('refused' in splice) refused.push({ edit, why: splice.refused })
    else {
      splices.push(splice)
      applied.push(edit)
    }
  }
  const edited = spliced(text, splices)
  if (edited !== null && isProven(byIndex, edited, applied)) return { text: edited, applied, refused }
  return {
    text,
    applied: [],
    refused: [...refused, ...applied.map(edit => ({ edit, why: 'unproven' as const }))],
  }
}

/** The edited text; null if two splices overlap. */
function spliced(text: string, splices: Splice[]): string | null {
  const ordered = splices
    .map((splice, index) => ({ ...splice, index }))
    .sort((a, b) => a.start - b.start || a.index - b.index)
  let edited = ''
  let at = 0
  for (const { start, end, text: put } of ordered) {
    if (start < at) return null
    edited += text.slice(at, start) + put
    at = end
  }
  return edited + text.slice(at)
}

/** Whether each document of the edited text is the old one with exactly the intended changes. */
function isProven(
  before: ReadonlyMap<number, ManifestDocument>,
  edited: string,
  edits: ManifestEdit[],
): boolean {
  const { documents } = readManifest(edited)
  if (documents.length !== before.size) return false
  return documents.every(document => {
    const old = before.get(document.index)
    if (old === undefined) return false
    const own = edits.filter(edit => edit.document === document.index)
    return isSameData(dataOf(document), own.reduce(intended, dataOf(old)))
  })
}

type Json = Record<string | number, unknown>

/** The data after the edit. */
function intended(data: unknown, edit: ManifestEdit): unknown {
  const [step, ...rest] = edit.pointer
  if (step !== undefined) {
    const inside = intended((data as Json)[step], { ...edit, pointer: rest })
    if (Array.isArray(data)) return data.with(Number(step), inside)
    return { ...(data as Json), [step]: inside }
  }
  const object = data as Json
  if (edit.op === 'set') return { ...object, [edit.key]: edit.value }
  const list = (object.imagePullSecrets ?? []) as unknown[]
  return { ...object, imagePullSecrets: [...list, { name: edit.name }] }
}

/**
 * A document as plain data: keys of any type as text, nulls kept, `<<` as an ordinary key. All aliases of a node give the same object, so
 * the result does not grow.
 */
function dataOf({ root, aliases }: ManifestDocument): unknown {
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

/** Whether two values are the same data: the order of an object's keys does not matter, a list's does. */
function isSameData(one: unknown, other: unknown): boolean {
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
