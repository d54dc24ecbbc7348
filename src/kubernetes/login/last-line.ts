/** The last line that a login program printed, safe for an error message. */

import { stripVTControlCharacters } from 'node:util'
import { redactStrictly } from '../../secrecy/redact.ts'

const MAX_LENGTH = 200

/** The last non-empty line, without control characters and anything that looks like a token, cut to MAX_LENGTH characters. */
export function lastLine(text: string): string {
  const lines = stripVTControlCharacters(text)
    .split(/[\r\n]+/)
    .map(line => line.replace(/\p{Cc}+/gu, ' ').trim())
  const line = lines.findLast(candidate => candidate !== '') ?? ''
  const clean = redactStrictly(line)
  return clean.length > MAX_LENGTH ? `${clean.slice(0, MAX_LENGTH)}…` : clean
}
