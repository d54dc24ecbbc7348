/** Digits without quotes that YAML read as a number: the image itself, or a value that became part of it. */

import { hasUnquotedNumber } from '../../image/mistakes/unquoted-number.ts'
import type { AuditRule } from '../rule.ts'

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
      if (placeholder || !hasUnquotedNumber(image)) return []
      return { container, place, arguments: { how: 'exponent', written } }
    }),
}
