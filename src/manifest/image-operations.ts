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
  const imageOf = (found: LocatedNode | null) => ({
    image: textOf(found),
    place: placeOf(found?.node ?? root),
  })
  const added = (list: Pointer, container: LocatedNode): ImageOperation => ({
    ...{ pointer: list, added: textOf(walk.get(container, 'name')) },
    ...imageOf(walk.get(container, 'image')),
  })
  const operations = walk.items({ node: root, pointer: [], indirect: false }).flatMap(operation => {
    const op = textOf(walk.get(operation, 'op'))
    const value = walk.get(operation, 'value')
    if ((op !== 'add' && op !== 'replace') || value === null) return []
    const path = stepsOf(textOf(walk.get(operation, 'path')))
    const above = path.slice(0, -1)
    if (path.at(-1) === 'image') return { pointer: above, added: null, ...imageOf(value) }
    if (LISTS.includes(String(path.at(-1)))) return walk.items(value).map(item => added(path, item))
    if (!LISTS.includes(String(path.at(-2)))) return []
    // A number adds a container before the one that has it.
    return op === 'add'
      ? added(above, value)
      : { pointer: path, added: null, ...imageOf(walk.get(value, 'image')) }
  })
  return operations.filter(({ image }) => image !== '')
}

/** The steps of a JSON pointer; indexes are numbers. */
function stepsOf(pointer: string): (string | number)[] {
  return pointer
    .split('/')
    .slice(1)
    .map(step => (/^\d+$/.test(step) ? Number(step) : step.replaceAll('~1', '/').replaceAll('~0', '~')))
}
