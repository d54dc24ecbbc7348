/** Steps and commands on a terminal: what to do as prose, the command on lines that can be pasted. */

import { shellWords } from '../escape.ts'
import { sanitizeLine } from '../sanitize.ts'
import type { StepText } from '../words/step-words.ts'
import { field, LABEL } from './block.ts'
import type { Palette } from './palette.ts'
import { displayWidth } from './wrap.ts'

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
