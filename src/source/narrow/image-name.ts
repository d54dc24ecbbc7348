/** Takes an image's name as it is written, but for a login in one that is no name. */

import { redact } from '../../secrecy/redact.ts'
import { narrowName } from './bounded-text.ts'

/** `https://user:password@registry/app` is nobody's image, and still stands in a pod's spec. No real name has a scheme. */
export function narrowImageName(value: unknown): string {
  const image = narrowName(value)
  return image.includes('://') ? redact(image) : image
}
