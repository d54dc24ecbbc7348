/** Reads an image's name that has upper case letters where none are allowed, which is most often all that is wrong with it. */

import { parseReference } from '../reference.ts'
import { placeholderIn } from './placeholder.ts'

/**
 * The name with its repository in lower case, in which alone anybody can have pushed the image; null if the name parses as it is, if more is
 * wrong with it, or if upper case letters are those of a word to replace.
 */
export function inLowerCase(image: string): string | null {
  const end = /[:@][^/]*$/.exec(image)?.index ?? image.length
  const lower = image.slice(0, end).toLowerCase() + image.slice(end)
  const isMeant = placeholderIn(image) === null && parseReference(image) === null
  return isMeant && parseReference(lower) !== null ? lower : null
}
