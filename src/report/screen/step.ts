/** Steps and commands on a terminal: what to do as prose, the command on lines that can be pasted. */

import { shellWords } from '../escape.ts'
import { sanitizeLine } from '../sanitize.ts'
import type { StepText } from '../words/step-words.ts'
import { field, LABEL } from './block.ts'
import type { Palette } from './palette.ts'
import { displayWidth } from './wrap.ts'

/** Steps under one label: what to do as prose, the command bold on lines of its own, or with `beside` behind the prose where both fit a line. */
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
    const [one = '', ...more] = [...prose, ...below.map(line => line.trim())]
    const fits = more.length === 1 && displayWidth(`${one} ${more[0]}`) <= width
    return beside && Number.isFinite(width) && fits
      ? [`${one} ${palette.strong(more[0] ?? '')}`]
      : [...prose, ...below.map(palette.strong)]
  })
}

/** A command over as many lines as it needs, so that it can still be pasted: the shell joins lines that end in a backslash. */
export function commandLines(command: string, width: number, indent: string): string[] {
  const words = shellWords(sanitizeLine(command))
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
