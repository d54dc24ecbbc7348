/** A name that no kubelet can pull, because it does not match the grammar of references. */

import { hasUnquotedNumber } from '../../image/mistakes/unquoted-number.ts'
import { readReference } from '../../image/reference.ts'
import { perImage } from '../rule.ts'

export const invalidReference = perImage<'invalid-reference'>('error', ({ image }) => {
  // Numbers have their own rule, which gives a better reason.
  if (hasUnquotedNumber(image)) return null
  const read = readReference(image)
  return 'refused' in read ? { arguments: { reason: read.refused } } : null
})
