/** Tags that YAML made shorter: without quotes, 1.20 is the number 1.2, and 2.0 is 2. */

import { parseReference } from '../reference.ts'

/** The tag that was meant, and what shows it: the version that the pod's labels name, or the tag before it, as in 1.19 before 1.2. */
export interface DroppedZero {
  tag: string
  meant: string
  by: { label: string } | { tag: string }
}

/** A version that YAML reads as a number that ends in zeros. */
const ENDS_IN_ZERO = /^(?:0|[1-9]\d{0,5})\.\d{0,6}0$/

/**
 * Returns the tag that the image was meant to have; null if nothing shows one.
 * @param version what the pod's labels name as its version
 * @param before the image, as written, that an older revision has
 */
export function droppedZero(
  image: string,
  { version, before }: { version: string | null; before: string | null },
): DroppedZero | null {
  const { registry, repository, tag = null, digest = null } = parseReference(image) ?? {}
  if (tag === null || digest !== null) return null
  if (version !== null && becomes(version, tag)) return { tag, meant: version, by: { label: version } }
  const older = before === null ? null : parseReference(before)
  if (older?.registry !== registry || older?.repository !== repository) return null
  const [, major, minor] = /^(\d{1,5})\.(\d{1,5})$/.exec(older?.tag ?? '') ?? []
  if (major === undefined) return null
  const next = [`${major}.${Number(minor) + 1}`, `${Number(major) + 1}.0`]
  const meant = next.find(each => becomes(each, tag))
  return meant === undefined ? null : { tag, meant, by: { tag: older?.tag ?? '' } }
}

/** Whether the version has a zero at its end that is lost when it is read as a number. */
function becomes(version: string, tag: string): boolean {
  return ENDS_IN_ZERO.test(version) && String(Number(version)) === tag
}
