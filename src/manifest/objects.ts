/** Finds the Kubernetes objects of a document, one by one where it is a List. */

import { isSeq } from 'yaml'
import type { Aliases } from './aliases.ts'
import type { ManifestDocument } from './document.ts'
import { type Found, textOf, Walk } from './node.ts'

export interface ManifestObject {
  apiVersion: string
  kind: string
  root: Found
  walk: Walk
  aliases: Aliases
  document: number
}

/** None where the document is something else, such as a chart's values or a docker compose file. */
export function objectsIn({ root, aliases, index }: ManifestDocument): ManifestObject[] {
  const walk = new Walk(aliases)
  const found = { node: root, pointer: [], indirect: false }
  return objectsAt(found, { walk, aliases, document: index }, null)
}

type Surroundings = Pick<ManifestObject, 'walk' | 'aliases' | 'document'>

interface TypeMeta {
  apiVersion: string
  kind: string
}

/** @param ofList what the items of a list are that don't say it themselves */
function objectsAt(found: Found, around: Surroundings, ofList: TypeMeta | null): ManifestObject[] {
  const { walk } = around
  const apiVersion = textOf(walk.get(found, 'apiVersion')) || (ofList?.apiVersion ?? '')
  const kind = textOf(walk.get(found, 'kind')) || (ofList?.kind ?? '')
  if (apiVersion === '' || kind === '') return []
  const items = walk.get(found, 'items')
  if (kind.endsWith('List') && items !== null && isSeq(items.node)) {
    const itemKind = kind.slice(0, -'List'.length)
    const type = itemKind === '' ? null : { apiVersion, kind: itemKind }
    return walk.items(items).flatMap(item => objectsAt(item, around, type))
  }
  return [{ apiVersion, kind, root: found, ...around }]
}
