/** Blocks of text for a terminal: labelled fields, an empty line between blocks. */

import { guardLines, sanitizeLine } from '../sanitize.ts'
import { clipStart, pad, wrap } from './wrap.ts'

/** Wide enough for the longest label and two blanks. */
export const LABEL = 12
/** Prose wider than this is hard to read, however wide the screen. */
const MEASURE = 110

/** To the upper left corner, and everything gone; what was printed before stays in the terminal's history (ECMA-48: CUP, ED). */
export const FRESH_SCREEN = '\x1b[H\x1b[2J'

export interface Field {
  label: string
  text: string
  /** At most this many lines. Of a longer text the end is shown: a wrapped error tells its reason last. */
  lines?: number
  style?: (line: string) => string
}

/** How many columns a field's text has. */
export function fieldRoom(width: number): number {
  return Math.min(width, MEASURE) - 2 - LABEL
}

/** A label, and its text wrapped beside it; where lines have no end, such as in a pipe, on one line. */
export function field({ label, text, lines = 12, style = line => line }: Field, width: number): string[] {
  // A log has no width: what is wrapped there can't be searched.
  const room = Number.isFinite(width) ? fieldRoom(width) : width
  const wrapped = wrap(sanitizeLine(text), room)
  const shown = wrapped.slice(-lines)
  if (wrapped.length > lines) shown[0] = clipStart(shown[0] ?? '', room)
  return shown.map((line, index) => `  ${pad(index === 0 ? label : '', LABEL)}${style(line)}`)
}

/** Lines as one text that ends in a line feed; no line of it is a command to a CI runner. */
export function joinLines(lines: readonly string[]): string {
  return lines.length === 0 ? '' : guardLines(`${lines.join('\n')}\n`)
}

/** Blocks as one text, with an empty line between them; a block without lines is none. */
export function joinBlocks(blocks: readonly string[][]): string {
  const full = blocks.filter(lines => lines.length > 0)
  return joinLines(full.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines])))
}
