/** Whether an image's name keeps its meaning: a digest always does, a tag only by habit. */

import { parseReference, type Reference } from './reference.ts'

type Version = Pick<Reference, 'tag' | 'digest'>

/**
 * Whether the name stands for one build, so that a node may keep what it pulled: a digest, or a tag that by habit does not move. Nothing
 * enforces such habits; a whole version (`1.27.3-alpine`, `v2.0.1`), a date, and the hash of a commit are accepted.
 */
export function isFixed({ tag, digest }: Version): boolean {
  return (
    digest !== null ||
    (tag !== null &&
      (/^v?\d+\.\d+\.\d+/i.test(tag) ||
        /(?:^|[-_.])(?:20\d{2}[-_.]?\d{2}[-_.]?\d{2}|(?=[0-9a-f]*\d)[0-9a-f]{7,64})(?:$|[-_.T])/.test(tag)))
  )
}

/** The same for an image as written; false if it does not parse. */
export function isFixedImage(image: string): boolean {
  const reference = parseReference(image)
  return reference !== null && isFixed(reference)
}

/** Whether the name has a version: it is fixed, or moves only within a version with at least one dot (`1.27`). */
export function hasVersion(version: Version): boolean {
  return isFixed(version) || (version.tag !== null && isNumbered(version.tag))
}

/** Whether a tag begins with a version that has a dot, as tags of releases do. */
export function isNumbered(tag: string): boolean {
  return /^v?\d+\.\d+/i.test(tag)
}

/** Whether the name means the newest image: `latest`, written or implied, without a digest. */
export function isLatest({ tag, digest }: Version): boolean {
  return digest === null && (tag ?? 'latest') === 'latest'
}
