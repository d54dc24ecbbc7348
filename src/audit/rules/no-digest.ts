/** A tag without a digest: somebody can move it, and then two nodes run two images under one name. */

import { isLatest } from '../../image/fixed-tag.ts'
import { parseReference } from '../../image/reference.ts'
import { perImage } from '../rule.ts'

export const noDigest = perImage<'no-digest'>('info', ({ image }) => {
  const reference = parseReference(image)
  if (reference === null || isLatest(reference)) return null
  const { tag, digest } = reference
  return tag !== null && digest === null ? { arguments: { tag }, fix: { code: 'pin' } } : null
})
