/** Small blocks of text for a terminal: labelled fields, steps and commands, each line within the width. */

import { shellWords } from './escape.ts'
import { clipStart, pad, wrap } from './layout.ts'
import type { Palette } from './palette.ts'
import { guardLines, visible } from './sanitise.ts'
import type { Said } from './words/said.ts'

/** Wide enough for the longest label and two blanks. */
const LABEL = 12
/** Prose wider than this is hard to read, however wide the screen. */
const MEASURE = 110

export interface Field {
  label: string
  text: string
  /** At most this many lines. Of a longer text the end is shown: a wrapped error tells its reason last. */
  lines?: number
  style?: (line: string) => string
}

/** A label, and its text wrapped beside it. */
export function field({ label, text, lines = 12, style = line => line }: Field, width: number): string[] {
  const room = Math.min(width, MEASURE) - 2 - LABEL
  const wrapped = wrap(visible(text), room)
  const shown = wrapped.slice(-lines)
  if (wrapped.length > lines) shown[0] = clipStart(shown[0] ?? '', room)
  return shown.map((line, index) => `  ${pad(index === 0 ? label : '', LABEL)}${style(line)}`)
}

/** Steps under one label: what to do as prose, the command bold on lines of its own. */
export function stepLines(label: string, steps: readonly Said[], width: number, palette: Palette): string[] {
  return steps.flatMap(({ say, command }, index) => [
    ...field({ label: index === 0 ? label : '', text: command === undefined ? `${say}.` : `${say}:` }, width),
    ...(command === undefined ? [] : commandLines(command, width, ' '.repeat(LABEL + 4)).map(palette.strong)),
  ])
}

/** A command over as many lines as it needs, so that it can still be pasted: the shell joins lines that end in a backslash. */
export function commandLines(command: string, width: number, indent: string): string[] {
  const words = shellWords(visible(command))
  const lines: string[] = []
  let line = indent
  for (const word of words) {
    const longer = line.trim() === '' ? `${line}${word}` : `${line} ${word}`
    if (line.trim() === '' || longer.length <= width - 2) line = longer
    else {
      lines.push(`${line} \\`)
      line = `${indent}  ${word}`
    }
  }
  return [...lines, line]
}

/** Lines as one text that ends in a line feed; no line of it is a command to a CI runner. */
export function joined(lines: readonly string[]): string {
  return lines.length === 0 ? '' : guardLines(`${lines.join('\n')}\n`)
}
