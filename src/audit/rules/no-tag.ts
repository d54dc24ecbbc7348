/** No tag, or `latest`: each node runs whatever was the newest image when it pulled. */

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
