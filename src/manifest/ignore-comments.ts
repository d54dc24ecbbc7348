/**
 * Finds comments that silence a rule: `# pullguard:ignore RULE reason`, beside a value, on the line above it, or above a list item to
 * silence the rule for the whole item.
 */

import { ignoredRules } from '../snapshot/ignore.ts'

export interface IgnoreComment {
  /** The lines that it applies to, counted from 1: a value's, or an item's from its dash to its end. */
  first: number
  last: number
  /** The comment's own line, which may be the same. */
  at: number
  rules: string[]
}

const COMMENT = /(?:^|\s)#\s*pullguard:ignore(?:\s+([\w-]+(?:\s*,\s*[\w-]+)*))?/
const BLANK_OR_COMMENT = /^\s*(?:#|$)/
const ITEM = /^ *-(?= |$)/

/** The comments in the order of the text. A comment that names no rule silences nothing. */
export function ignoreComments(text: string): IgnoreComment[] {
  if (!text.includes('pullguard:ignore')) return []
  const lines = text.split(/\r\n|\n|\r/)
  return lines.flatMap((line, index) => {
    const comment = COMMENT.exec(line)
    if (comment === null) return []
    const isAbove = BLANK_OR_COMMENT.test(line)
    const below = isAbove
      ? lines.findIndex((other, at) => at > index && !BLANK_OR_COMMENT.test(other))
      : index
    if (below === -1) return []
    const last = isAbove ? endOfItem(lines, below) : below
    return [{ first: below + 1, last: last + 1, at: index + 1, rules: ignoredRules(comment[1] ?? '') }]
  })
}

/** The last line of the list item that begins there; the line itself if no item does. */
function endOfItem(lines: readonly string[], begin: number): number {
  const dash = ITEM.exec(lines[begin] ?? '')
  if (dash === null) return begin
  const end = lines.findIndex(
    (line, at) => at > begin && !BLANK_OR_COMMENT.test(line) && indentOf(line) < dash[0].length,
  )
  return end === -1 ? lines.length - 1 : end - 1
}

const indentOf = (line: string) => line.search(/[^ ]/)
