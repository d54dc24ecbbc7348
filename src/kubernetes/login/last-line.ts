/** What a login program said last, made fit for an error message. */

import { stripVTControlCharacters } from 'node:util'
import { redactStrictly } from '../../secrecy/redact.ts'

const MAX_LENGTH = 200

/** The last line that is not empty: no control characters, nothing that looks like a token, not endless. */
export function lastLine(text: string): string {
  const lines = stripVTControlCharacters(text)
    .split(/[\r\n]+/)
    .map(line => line.replace(/\p{Cc}+/gu, ' ').trim())
  const line = lines.findLast(candidate => candidate !== '') ?? ''
  const clean = redactStrictly(line)
  return clean.length > MAX_LENGTH ? `${clean.slice(0, MAX_LENGTH)}…` : clean
}
