/** Takes an image's name as it is written, but for a login in one that is no name. */

import { redact } from '../../secrecy/redact.ts'
import { narrowName } from './bounded-text.ts'

/** `user:password@registry/app`, with `https://` or without, is nobody's image and still stands in a pod's spec. Real names have no slash behind an @. */
export function narrowImageName(value: unknown): string {
  const image = narrowName(value)
  return image.includes('://') || /:[^@]*@[^@]*\//.test(image) ? redact(image) : image
}
