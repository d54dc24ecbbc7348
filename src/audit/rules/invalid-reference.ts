/** A name that no kubelet can pull: it does not fit the grammar of references. */

import { readReference } from '../../image/reference.ts'
import { perImage } from '../rule.ts'

export const invalidReference = perImage<'invalid-reference'>('error', ({ image }) => {
  // A number has a rule of its own, and a better reason.
  if (looksLikeFloat(image)) return null
  const read = readReference(image)
  return 'refused' in read ? { arguments: { reason: read.refused } } : null
})

/** `1.7e+11.dkr.ecr…`, `app:2.4e+06`: digits that went through a number on their way (Helm's values, mostly). */
export function looksLikeFloat(image: string): boolean {
  return /(?:^|[/:.])\d+(?:\.\d+)?e\+\d+(?:$|[.:/@])/i.test(image)
}
