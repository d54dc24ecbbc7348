/** How values are laid out in a text, and what a change of one puts there. */

import { type Node, type Pair, parse } from 'yaml'
import type { EditRefusal } from './edit.ts'
import { startOfLine } from './lines.ts'

export interface Splice {
  start: number
  end: number
  text: string
}

/** null where the text has it already. */
export type SpliceResult = Splice | null | { refused: EditRefusal }

/** Without quotes where that reads as the same text. */
export function plain(value: string): string {
  return /^[\w./][\w./:@-]*$/.test(value) && !value.endsWith(':') && parse(value) === value
    ? value
    : JSON.stringify(value)
}

interface PairPlace {
  keyStart: number
  valueEnd: number
  /** What is before the key in its line. */
  before: string
}

/** null for a pair that goes over several lines. */
export function placeOf({ key, value }: Pair, text: string): PairPlace | null {
  const [keyStart] = (key as Node).range ?? []
  const valueEnd = (value as Node | null)?.range?.[1]
  if (keyStart === undefined || valueEnd === undefined) return null
  if (/[\r\n]/.test(text.slice(keyStart, valueEnd))) return null
  return { keyStart, valueEnd, before: text.slice(startOfLine(keyStart, text), keyStart) }
}
