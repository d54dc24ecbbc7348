/** What a login program said last, made fit for an error message. */

import { stripVTControlCharacters } from 'node:util'

const LONGEST = 200

/** The last line that is not empty: no control characters, nothing that looks like a token, not endless. */
export function lastLine(text: string): string {
  const lines = stripVTControlCharacters(text)
    .split(/[\r\n]+/)
    .map(line => line.replace(/\p{Cc}+/gu, ' ').trim())
  const line = lines.findLast(candidate => candidate !== '') ?? ''
  const clean = line
    .replace(/\beyJ[\w-]+(\.[\w-]*)*/g, '[token]')
    .replace(/\b(bearer|basic|token|password|secret)([\s=:"']+)[^\s"',]{8,}/gi, '$1$2[hidden]')
  return clean.length > LONGEST ? `${clean.slice(0, LONGEST)}…` : clean
}
