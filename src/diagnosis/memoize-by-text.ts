/** Does what is asked about many like texts once: those of one incident differ in their digests alone, and a digest tells nothing. */

const DIGEST = /sha256:[0-9a-f]{64}/g

/** `work`, which is done once for all texts that differ in their digests only, and for each `about`. */
export function memoizeByText<About, Result>(
  work: (text: string, about: About) => Result,
  keyOf: (about: About) => string,
): (text: string, about: About) => Result {
  const known = new Map<string, Result>()
  return (text, about) => {
    const key = `${keyOf(about)} ${text.replace(DIGEST, 'sha256:')}`
    const before = known.get(key)
    if (before !== undefined || known.has(key)) return before as Result
    const result = work(text, about)
    known.set(key, result)
    return result
  }
}
