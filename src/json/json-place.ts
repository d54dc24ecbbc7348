/** Where a text stops being JSON, by a parser that quotes nothing of it. */

import { type ParseError, parse } from 'jsonc-parser'

/** Such as ` (line 3, column 5)`, to stand behind what is not valid; empty for JSON. */
export function jsonPlace(text: string): string {
  const errors: ParseError[] = []
  parse(text, errors, { disallowComments: true })
  const [first] = errors
  if (first === undefined) return ''
  const before = text.slice(0, first.offset).split('\n')
  return ` (line ${before.length}, column ${(before.at(-1) ?? '').length + 1})`
}
