/** Finds the image that a node may not pull among those that it has, under another name. */

import { isOfficial } from '../../image/official-images.ts'
import type { Node } from '../../snapshot/node.ts'
import type { Clue } from '../clues/clue.ts'
import type { FailedPull } from '../failed-pull.ts'
import { verifiesImages } from './pulling-node.ts'

/** The last part of a full name, with its tag. */
const lastPart = (name: string) => name.slice(name.lastIndexOf('/') + 1)

/**
 * Tools that build or copy images name them `localhost/…`, or with another registry; containerd keeps the name in an archive as it is, and lists one
 * without a registry as one of Docker Hub, but does not find it by that (k3s-io/k3s#7015).
 */
export function otherName({ cause, reference, node, onNode }: FailedPull): Clue[] {
  if (cause !== 'never-pull' || reference === null || node === null || reference.includes('@')) return []
  if (onNode) return verifiesImages(node) === false ? [{ code: 'other-name', name: null }] : []
  const name = alike(reference, node)
  return name === undefined ? [] : [{ code: 'other-name', name }]
}

/** Another publisher's image may have the name of an official one. */
function alike(reference: string, { images }: Pick<Node, 'images'>): string | undefined {
  const path = isOfficial(reference) ? `/library/${lastPart(reference)}` : `/${lastPart(reference)}`
  return images.find(image => image !== reference && image.endsWith(path))
}
