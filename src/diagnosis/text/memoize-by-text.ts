/** Shares work between error texts that differ only in digests: in one incident thousands of pods report the same error. */

const DIGEST = /sha256:[0-9a-f]{64}/g

/**
 * A memo for one diagnosis. It wraps work on texts so that it runs once for texts that are alike; `keyOf` names what else the result depends on,
 * where that is less than all of it.
 * @param varying global regular expression for what may differ between texts that are alike
 */
export function textMemo(varying: RegExp = DIGEST) {
  const ids = new Map<string, number>()
  const idOf = (text: string) => {
    const known = ids.get(text)
    if (known !== undefined) return known
    const alike = text.replace(varying, match => `‹${match.length}›`)
    const id = ids.get(alike) ?? ids.size
    ids.set(alike, id).set(text, id)
    return id
  }
  return <About extends unknown[], Result>(
    work: (text: string, ...about: About) => Result,
    keyOf: (...about: About) => string = (...about) => JSON.stringify(about),
  ) => {
    const results = new Map<string, { result: Result }>()
    return (text: string, ...about: About): Result => {
      const key = `${idOf(text)} ${keyOf(...about)}`
      const known = results.get(key)
      if (known !== undefined) return known.result
      const result = work(text, ...about)
      results.set(key, { result })
      return result
    }
  }
}
