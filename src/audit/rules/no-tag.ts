/** No tag, or `latest`: what runs is whatever was pushed last when a node happened to pull. */

import { parseReference } from '../../image/reference.ts'
import { perImage } from '../rule.ts'

export const noTag = perImage<'no-tag'>('warning', ({ image }) => {
  const reference = parseReference(image)
  if (reference === null || reference.digest !== null) return null
  const { tag } = reference
  return tag === null || tag === 'latest'
    ? { arguments: { implied: tag === null }, fix: { code: 'pin' } }
    : null
})
