/** Text on a terminal: colors by meaning, lines by displayed width, and blocks of labeled fields. */

import { Chalk } from 'chalk'
import stringWidth from 'fast-string-width'
import { wrapAnsi } from 'fast-wrap-ansi'
import type { Severity } from '../../diagnosis/finding.ts'
import { guardLines, sanitizeLine } from '../sanitize.ts'

export interface Palette {
  /** A problem, by severity. */
  problem(text: string, severity: Severity): string
  /** Something that succeeded or is healthy. */
  success(text: string): string
  /** Evidence and other small print. */
  dim(text: string): string
  /** The next step. */
  strong(text: string): string
}

/** The caller decides whether the stream gets color; plain ANSI colors follow the terminal's theme. */
export function paletteFor(color: boolean): Palette {
  const chalk = new Chalk({ level: color ? 1 : 0 })
  return {
    problem: (text, severity) => (severity === 'error' ? chalk.red.bold(text) : chalk.yellow.bold(text)),
    success: text => chalk.green(text),
    dim: text => chalk.dim(text),
    strong: text => chalk.bold(text),
  }
}

/** Returns the number of terminal columns that the text takes. */
export const displayWidth = (text: string): number => stringWidth(text)

/** Pads with blanks to a width in columns; longer text is unchanged. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)))
}

/** Longer than any image name with tag and digest, and than object names. Longer words are broken like prose. */
const LONGEST_NAME = 512

/**
 * Breaks one line at blanks into lines of at most `width` columns. A wider name or URL stays whole on its own line, so that a double click
 * can select it.
 * @param width infinite for a pipe, where nothing is broken
 * @param indent put before each line, and included in its width
 */
export function wrap(text: string, width: number, indent = ''): string[] {
  if (width === Number.POSITIVE_INFINITY) return [`${indent}${text}`.trimEnd()]
  const room = Math.max(10, width - stringWidth(indent))
  const hard = text.length > LONGEST_NAME && text.split(' ').some(word => word.length > LONGEST_NAME)
  return wrapAnsi(text, room, { hard })
    .split('\n')
    .map(line => `${indent}${line}`.trimEnd())
}

/** Returns the first `width` columns of a text, with an ellipsis if something is cut. */
export function clip(whole: string, width: number): string {
  // Avoids measuring very long text to its end.
  const text = whole.slice(0, 8 * width)
  if (text.length === whole.length && stringWidth(text) <= width) return text
  const [start] = wrapAnsi(text, Math.max(1, width - 1), { hard: true, wordWrap: false, trim: false }).split(
    '\n',
  )
  return `${start}…`
}

/** Returns an ellipsis and the last words that fit `width` columns; always at least the last word, whole. */
export function clipStart(text: string, width: number): string {
  // Avoids measuring very long text word by word from its beginning.
  let rest = text.slice(-Math.max(8 * width, LONGEST_NAME))
  while (stringWidth(rest) > width - 2 && rest.includes(' ')) rest = rest.slice(rest.indexOf(' ') + 1)
  return `… ${rest}`
}

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

/** Returns the texts as fields under one label. */
export function fields(label: string, texts: readonly string[], width: number, lines?: number): string[] {
  return texts.flatMap((text, index) =>
    field({ label: index === 0 ? label : '', text, ...(lines !== undefined && { lines }) }, width),
  )
}

/** Returns the texts with their numbers; a single one has none. */
export function numbered(texts: readonly string[]): readonly string[] {
  return texts.length === 1 ? texts : texts.map((text, index) => `${index + 1}. ${text}`)
}

/** Joins lines into a text that ends in a line feed; no line is a command for a CI runner. */
export function joinLines(lines: readonly string[]): string {
  return lines.length === 0 ? '' : guardLines(`${lines.join('\n')}\n`)
}

/** Wraps the lines of a message for a terminal, further rows indented so that each line is still seen as one; a pipe's width is infinite. */
export function wrapLines(text: string, width: number): string {
  const lines = text.split('\n').filter(line => line !== '')
  return joinLines(
    lines.flatMap(line => wrap(line, width - 2).map((row, index) => (index === 0 ? row : `  ${row}`))),
  )
}

/** Joins blocks with an empty line between them; skips empty blocks. */
export function joinBlocks(blocks: readonly string[][]): string {
  const full = blocks.filter(lines => lines.length > 0)
  return joinLines(full.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines])))
}
