/** Finds the image that a node may not pull among those that it has, under another name. */

import { isOfficial } from '../../image/official-images.ts'
import { withoutVersion } from '../../image/reference.ts'
import { compareText } from '../../order.ts'
import { MAX_LISTED_IMAGES, type Node } from '../../snapshot/node.ts'
import { type Clue, cluesIf } from '../clues/clue.ts'
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
  if (name !== undefined) return [{ code: 'other-name', name }]
  const tags = otherTags(reference, node)
  return tags.length === 0 && lacks(reference, node) ? [{ code: 'lacks-image' }] : tags
}

/** Whether the node lists all that it has, and nothing with the last part of this name. */
function lacks(reference: string, { images }: Pick<Node, 'images'>): boolean {
  const own = lastPart(withoutVersion(reference))
  const isWhole = images.length > 0 && images.length < MAX_LISTED_IMAGES
  return isWhole && !images.some(image => lastPart(withoutVersion(image)) === own)
}

/** As many tags as a sentence names. */
const MAX_TAGS = 3

/** The tags of the same repository on the node: first the one that only has a v in front, or lacks it, as releases are often named in both ways. */
function otherTags(reference: string, { images }: Pick<Node, 'images'>): Clue[] {
  const [repository, wanted] = [withoutVersion(reference), tagIn(reference)]
  const tags = images.flatMap(image =>
    withoutVersion(image) === repository && !image.includes('@') ? [tagIn(image)] : [],
  )
  const same = tags.filter(tag => tag === `v${wanted}` || `v${tag}` === wanted)
  const names = [...new Set([...same, ...tags.sort(compareText)])].slice(0, MAX_TAGS)
  return cluesIf(names.length > 0, { code: 'other-tags', tags: names, same: same[0] ?? null })
}

function tagIn(name: string): string {
  return name.slice(withoutVersion(name).length + 1)
}

/** Another publisher's image may have the name of an official one. */
function alike(reference: string, { images }: Pick<Node, 'images'>): string | undefined {
  const path = isOfficial(reference) ? `/library/${lastPart(reference)}` : `/${lastPart(reference)}`
  return images.find(image => image !== reference && image.endsWith(path))
}
