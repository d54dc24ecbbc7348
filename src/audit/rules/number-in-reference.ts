/** Digits without quotes that became a number: of the image itself, or on their way into it. */

import type { AuditRule } from '../rule.ts'
import { looksLikeFloat } from './invalid-reference.ts'

export const numberInReference: AuditRule<'number-in-reference'> = {
  severity: 'error',
  find: ({ containers }) =>
    containers.flatMap(container => {
      const { image, misread, placeholder, imagePlace: place } = container
      const written = image
      if (misread !== null)
        return {
          container,
          place,
          arguments: { how: 'not-text', written },
          fix: { code: 'quote', value: image },
        }
      if (placeholder || !looksLikeFloat(image)) return []
      return { container, place, arguments: { how: 'exponent', written } }
    }),
}
