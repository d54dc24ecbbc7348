/** No tag, or `latest`: each node runs whatever was the newest image when it pulled. */

import { isLatest } from '../../image/fixed-tag.ts'
import { parseReference } from '../../image/reference.ts'
import { perImage } from '../rule.ts'

export const noTag = perImage<'no-tag'>('warning', ({ image }) => {
  const reference = parseReference(image)
  return reference !== null && isLatest(reference)
    ? { arguments: { implied: reference.tag === null }, fix: { code: 'pin' } }
    : null
})
