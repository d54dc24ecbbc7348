/** `latest` that is not pulled again: each node keeps what was the latest image when it pulled, so nodes drift apart. */

import { isLatest } from '../../image/fixed-tag.ts'
import { parseReference } from '../../image/reference.ts'
import { perImage } from '../rule.ts'

export const staleLatest = perImage<'stale-latest'>('warning', ({ image, pullPolicy, policyPlace }) => {
  const reference = parseReference(image)
  if (reference === null || !isLatest(reference)) return null
  if (pullPolicy === null || pullPolicy === 'Always') return null
  return { arguments: { policy: pullPolicy }, place: policyPlace, fix: { code: 'pin' } }
})
