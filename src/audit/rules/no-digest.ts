/** A tag without a digest: somebody can move it, and then two nodes run two images under one name. */

import { parseReference } from '../../image/reference.ts'
import { perImage } from '../rule.ts'

export const noDigest = perImage<'no-digest'>('info', ({ image }) => {
  const { tag = null, digest = null } = parseReference(image) ?? {}
  return tag !== null && tag !== 'latest' && digest === null
    ? { arguments: { tag }, fix: { code: 'pin' } }
    : null
})
