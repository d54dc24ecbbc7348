/** Finds where a text stops being valid JSON, with a parser that never quotes the text. Apart from json-object, which needs no library. */

import { type ParseError, parse } from 'jsonc-parser'

/** Returns text such as ` (line 3, column 5)` to append to the name of invalid input; empty for valid JSON. */
export function jsonPlace(text: string): string {
  const errors: ParseError[] = []
  parse(text, errors, { disallowComments: true })
  const [first] = errors
  if (first === undefined) return ''
  const before = text.slice(0, first.offset).split('\n')
  return ` (line ${before.length}, column ${(before.at(-1) ?? '').length + 1})`
}
