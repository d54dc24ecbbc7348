/** Finds the comments that silence a rule for one value: `# pullguard:ignore RULE reason`, beside it or on the line above. */

import { ignoredRules } from '../snapshot/ignore.ts'

export interface IgnoreComment {
  /** The line of the value, from 1. */
  line: number
  /** Its own line, which may be the same. */
  at: number
  rules: string[]
}

const COMMENT = /(?:^|\s)#\s*pullguard:ignore(?:\s+([\w-]+(?:\s*,\s*[\w-]+)*))?/
const NOTHING = /^\s*(?:#|$)/

/** In the order of the text. One without a rule silences none. */
export function ignoreComments(text: string): IgnoreComment[] {
  if (!text.includes('pullguard:ignore')) return []
  const lines = text.split(/\r\n|\n|\r/)
  return lines.flatMap((line, index) => {
    const comment = COMMENT.exec(line)
    if (comment === null) return []
    const isAbove = NOTHING.test(line)
    const below = isAbove ? lines.findIndex((other, at) => at > index && !NOTHING.test(other)) : index
    return below === -1 ? [] : [{ line: below + 1, at: index + 1, rules: ignoredRules(comment[1] ?? '') }]
  })
}
