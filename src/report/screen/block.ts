/** Blocks of text for a terminal: labeled fields, steps with commands ready to paste, and an empty line between blocks. */

import { shellWords } from '../escape.ts'
import { guardLines, sanitizeLine } from '../sanitize.ts'
import type { StepText } from '../words/step-words.ts'
import type { Palette } from './palette.ts'
import { clipStart, displayWidth, pad, wrap } from './wrap.ts'

/** Fits the longest label and two blanks. */
export const LABEL = 12
/** The maximum width of prose, which is hard to read on wide lines. */
const MEASURE = 110

/** Moves to the upper left corner and clears the screen; earlier output stays in the terminal's scrollback (ECMA-48: CUP, ED). */
export const FRESH_SCREEN = '\x1b[H\x1b[2J'

export interface Field {
  label: string
  text: string
  /** The maximum number of lines. Longer text loses its beginning, because a wrapped error states its reason last. */
  lines?: number
  style?: (line: string) => string
}

/** Returns the number of columns for a field's text. */
export function fieldRoom(width: number): number {
  return Math.min(width, MEASURE) - 2 - LABEL
}

/** Returns a label with its text wrapped beside it, or on one line if the width is infinite, as in a pipe. */
export function field({ label, text, lines = 12, style = line => line }: Field, width: number): string[] {
  // Wrapped text in a log can't be searched.
  const room = Number.isFinite(width) ? fieldRoom(width) : width
  const wrapped = wrap(sanitizeLine(text), room)
  const shown = wrapped.slice(-lines)
  if (wrapped.length > lines) shown[0] = clipStart(shown[0] ?? '', room)
  return shown.map((line, index) => `  ${pad(index === 0 ? label : '', LABEL)}${style(line)}`)
}

/** Joins lines into a text that ends in a line feed; no line is a command for a CI runner. */
export function joinLines(lines: readonly string[]): string {
  return lines.length === 0 ? '' : guardLines(`${lines.join('\n')}\n`)
}

/** Joins blocks with an empty line between them; skips empty blocks. */
export function joinBlocks(blocks: readonly string[][]): string {
  const full = blocks.filter(lines => lines.length > 0)
  return joinLines(full.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines])))
}

/**
 * Returns steps under one label: what to do as prose, and the command in bold on separate lines.
 * @param beside put a one-line command after the prose if it fits there and the prose contains no other command
 */
export function stepLines(
  label: string,
  steps: readonly StepText[],
  width: number,
  palette: Palette,
  beside = false,
): string[] {
  return steps.flatMap(({ text, command }, index) => {
    const end = command === undefined ? '.' : ':'
    const prose = field({ label: index === 0 ? label : '', text: `${text}${end}` }, width)
    if (command === undefined) return prose
    const below = commandLines(command, width, ' '.repeat(LABEL + 4))
    const [only = '', ...more] = below.map(line => line.trim())
    const last = prose.at(-1) ?? ''
    const room = beside && Number.isFinite(width) && more.length === 0 && !last.includes('`')
    return room && displayWidth(`${last} ${only}`) <= width
      ? [...prose.slice(0, -1), `${last} ${palette.strong(only)}`]
      : [...prose, ...below.map(palette.strong)]
  })
}

/**
 * Splits a command into as many lines as needed, still ready to paste: the shell joins lines that end in a backslash.
 * @param taken the number of columns that a label takes from the first line
 */
export function commandLines(command: string, width: number, indent: string, taken = 0): string[] {
  const words = shellWords(sanitizeLine(command))
  const apart = filled(words, width, indent, taken)
  const together = filled(withValues(words, width - indent.length - 4), width, indent, taken)
  return together.length > apart.length ? apart : together
}

/** Fills each line with as many words as fit. */
function filled(words: readonly string[], width: number, indent: string, taken: number): string[] {
  const lines: string[] = []
  let line = indent
  for (const word of words) {
    const room = lines.length === 0 ? width - taken : width
    const longer = line.trim() === '' ? `${line}${word}` : `${line} ${word}`
    if (line.trim() === '' || longer.length <= room - 2) line = longer
    else {
      lines.push(`${line} \\`)
      line = `${indent}  ${word}`
    }
  }
  return [...lines, line]
}

/** Joins a flag and its value into one word if they fit a line, because a value on the next line is hard to read. */
function withValues(words: readonly string[], room: number): string[] {
  const joined: string[] = []
  for (const [index, word] of words.entries()) {
    const flag = words[index - 1] ?? ''
    const isValue = flag.startsWith('-') && !word.startsWith('-')
    if (isValue && flag.length + 1 + word.length <= room) joined.splice(-1, 1, `${flag} ${word}`)
    else joined.push(word)
  }
  return joined
}

/** Returns a command after its label, with further lines indented to its beginning. */
export function labelledCommand(
  label: string,
  command: string,
  width: number,
  style: (line: string) => string = line => line,
): string[] {
  return commandLines(command, width - label.length, '').map(
    (line, index) => `${index === 0 ? label : ' '.repeat(label.length)}${style(line)}`,
  )
}
