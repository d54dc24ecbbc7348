/** Blocks of text for a terminal: labelled fields, steps with commands that can be pasted, and an empty line between blocks. */

import { shellWords } from '../escape.ts'
import { guardLines, sanitizeLine } from '../sanitize.ts'
import type { StepText } from '../words/step-words.ts'
import type { Palette } from './palette.ts'
import { clipStart, displayWidth, pad, wrap } from './wrap.ts'

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

/**
 * Steps under one label: what to do as prose, the command bold on lines of its own.
 * @param beside the command stands behind the prose where its last line has room, and no other command
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
 * A command over as many lines as it needs, so that it can still be pasted: the shell joins lines that end in a backslash.
 * @param taken how many more columns the first line lacks, for a label before it
 */
export function commandLines(command: string, width: number, indent: string, taken = 0): string[] {
  const words = shellWords(sanitizeLine(command))
  const apart = filled(words, width, indent, taken)
  const together = filled(withValues(words, width - indent.length - 4), width, indent, taken)
  return together.length > apart.length ? apart : together
}

/** As many words in a line as fit. */
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

/** A flag and its value as one word, if a line holds both: a value on the next line is hard to read. */
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

/** A command behind its label; its further lines stand below its beginning. */
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
