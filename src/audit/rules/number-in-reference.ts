/** Digits without quotes that became a number: of the image itself, or on their way into it. */

import { perImage } from '../rule.ts'
import { looksLikeFloat } from './invalid-reference.ts'

export const numberInReference = perImage<'number-in-reference'>('error', ({ image, misread }) => {
  if (misread !== null)
    return { arguments: { how: 'not-text', written: image }, fix: { code: 'quote', value: image } }
  return looksLikeFloat(image) ? { arguments: { how: 'exponent', written: image } } : null
})
