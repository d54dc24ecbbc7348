/** Reads the challenges with which a registry asks for a login or a token (RFC 9110, 11.6.1). */

export interface Challenge {
  /** Lower case: `bearer`, `basic`. */
  scheme: string
  /** Names in lower case; quoted values unescaped. */
  parameters: Map<string, string>
}

const SEPARATORS = /[\s,]*/y
const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y
const VALUE = /\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))/y

/**
 * Every challenge of the header lines, in order. One line may carry several (codeberg.org sends `Bearer …,Basic …`);
 * values may be empty or have escapes. What can't be parsed is skipped.
 */
export function parseChallenges(header: string | string[] | undefined): Challenge[] {
  const lines = header === undefined ? [] : Array.isArray(header) ? header : [header]
  return lines.flatMap(parseLine)
}

function parseLine(line: string): Challenge[] {
  const challenges: Challenge[] = []
  let offset = 0
  while (offset < line.length) {
    SEPARATORS.lastIndex = offset
    SEPARATORS.test(line)
    offset = SEPARATORS.lastIndex
    TOKEN.lastIndex = offset
    const name = TOKEN.exec(line)?.[0].toLowerCase()
    if (name === undefined) {
      offset += 1
      continue
    }
    offset = TOKEN.lastIndex
    VALUE.lastIndex = offset
    const value = VALUE.exec(line)
    const challenge = challenges.at(-1)
    if (value === null) {
      challenges.push({ scheme: name, parameters: new Map() })
      continue
    }
    offset = VALUE.lastIndex
    challenge?.parameters.set(name, value[1]?.replace(/\\(.)/g, '$1') ?? value[2] ?? '')
  }
  return challenges
}
