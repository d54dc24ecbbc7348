/** The first of several signs that a text shows, each with the pattern that gives it away; null if it shows none. */
export function firstMatch<T>(text: string, signs: readonly (readonly [T, RegExp])[]): T | null {
  return signs.find(([, pattern]) => pattern.test(text))?.[0] ?? null
}
