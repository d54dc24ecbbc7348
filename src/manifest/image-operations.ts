/** Reads JSON patches (RFC 6902) in YAML: what they do to the images of containers. */

import type { Place, Pointer } from '../snapshot/template.ts'
import type { ManifestDocument } from './document.ts'
import { type LocatedNode, textOf, Walk } from './walk.ts'

export interface ImageOperation {
  /** The container, or the list that it is added to. */
  pointer: Pointer
  /** The name of a container that is added; null if an image is set. */
  added: string | null
  image: string
  place: Place
}

const LISTS = ['containers', 'initContainers']

/** Empty for anything but a list of operations. */
export function imageOperationsIn(
  { root, aliases }: ManifestDocument,
  placeOf: (node: LocatedNode['node']) => Place,
): ImageOperation[] {
  const walk = new Walk(aliases)
  return walk.items({ node: root, pointer: [], indirect: false }).flatMap(operation => {
    const op = textOf(walk.get(operation, 'op'))
    if (op !== 'add' && op !== 'replace') return []
    const path = stepsOf(textOf(walk.get(operation, 'path')))
    const value = walk.get(operation, 'value')
    const last = path.at(-1)
    const found = last === 'image' ? value : walk.get(value, 'image')
    if (found === null || textOf(found) === '') return []
    const image = { image: textOf(found), place: placeOf(found.node) }
    if (last === 'image') return { pointer: path.slice(0, -1), added: null, ...image }
    if (!LISTS.includes(String(path.at(-2)))) return []
    // A number adds a container before the one that has it.
    return op === 'replace'
      ? { pointer: path, added: null, ...image }
      : { pointer: path.slice(0, -1), added: textOf(walk.get(value, 'name')), ...image }
  })
}

/** The steps of a JSON pointer; indexes are numbers. */
function stepsOf(pointer: string): (string | number)[] {
  return pointer
    .split('/')
    .slice(1)
    .map(step => (/^\d+$/.test(step) ? Number(step) : step.replaceAll('~1', '/').replaceAll('~0', '~')))
}
