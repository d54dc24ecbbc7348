/** Whether a tag names one build, or one that moves: there is no rule for tags, only habits. */

/** A whole version (`1.27.3-alpine`, `v2.0.1`), a date, or the hash of a commit. */
export function isFixedTag(tag: string): boolean {
  return (
    /^v?\d+\.\d+\.\d+/i.test(tag) ||
    /(?:^|[-_.])(?:20\d{2}[-_.]?\d{2}[-_.]?\d{2}|(?=[0-9a-f]*\d)[0-9a-f]{7,64})(?:$|[-_.T])/.test(tag)
  )
}

/** The same, or at least a version with a dot (`1.27`), which by habit moves within that version. */
export function isVersionTag(tag: string): boolean {
  return isFixedTag(tag) || /^v?\d+\.\d+/i.test(tag)
}
