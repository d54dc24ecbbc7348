/** A name that no kubelet can pull, because it does not match the grammar of references. */

import { readReference } from '../../image/reference.ts'
import { perImage } from '../rule.ts'

export const invalidReference = perImage<'invalid-reference'>('error', ({ image }) => {
  // Numbers have their own rule, which gives a better reason.
  if (looksLikeFloat(image)) return null
  const read = readReference(image)
  return 'refused' in read ? { arguments: { reason: read.refused } } : null
})

/** `1.7e+11.dkr.ecr…`, `app:2.4e+06`: digits that were parsed as a number before they got here (mostly in Helm's values). */
export function looksLikeFloat(image: string): boolean {
  return /(?:^|[/:.])\d+(?:\.\d+)?e\+\d+(?:$|[.:/@])/i.test(image)
}
