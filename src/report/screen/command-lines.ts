/** Steps as numbered prose with their commands, which are split into lines that a shell still takes as one. */

import { sanitizeLine, shellWords } from '../sanitize.ts'
import type { StepText } from '../words/step-words.ts'
import { displayWidth, field, LABEL, type Palette } from './layout.ts'

/**
 * Returns steps under one label: what to do as prose, numbered if there are several, and the command in bold on separate lines.
 * @param style.beside put a one-line command after the prose if it fits there and the prose contains no other command
 */
export function stepLines(
  label: string,
  steps: readonly StepText[],
  { width, palette, beside = false }: { width: number; palette: Palette; beside?: boolean },
): string[] {
  return withWayThere(steps).flatMap(({ text, command }, index) => {
    const end = command === undefined ? '.' : ':'
    const number = steps.length === 1 ? '' : `${index + 1}. `
    const prose = numberedField(index === 0 ? label : '', number, `${text}${end}`, width)
    if (command === undefined) return prose
    const below = commandLines(command, width, ' '.repeat(LABEL + 4 + number.length))
    const [only = '', ...more] = below.map(line => line.trim())
    const last = prose.at(-1) ?? ''
    const room = beside && Number.isFinite(width) && more.length === 0 && !last.includes('`')
    return room && displayWidth(`${last} ${only}`) <= width
      ? [...prose.slice(0, -1), `${last} ${palette.strong(only)}`]
      : [...prose, ...below.map(palette.strong)]
  })
}

/** Refers the first step with a command for the node to the later one that says how to get a shell there. */
function withWayThere(steps: readonly StepText[]): readonly StepText[] {
  const first = steps.findIndex(({ where, command }) => where !== undefined && command !== undefined)
  const entry = steps.findIndex(({ entersNode }) => entersNode)
  const { text, where = '' } = steps[first] ?? { text: '' }
  const end = text.indexOf(where) + where.length
  if (where === '' || end < where.length || entry < first) return steps
  const see = `see step ${entry + 1}`
  const after = text.slice(end)
  const referring = after.startsWith(' (') ? ` (${see}; ${after.slice(2)}` : ` (${see})${after}`
  return steps.with(first, { ...(steps[first] as StepText), text: `${text.slice(0, end)}${referring}` })
}

/** Returns a field whose text has a number in front of its first line, which later lines leave room for. */
function numberedField(label: string, number: string, text: string, width: number): string[] {
  // What a step begins with must not be cut.
  const [first = '', ...more] = field({ label, text, lines: Number.POSITIVE_INFINITY }, width - number.length)
  const start = 2 + LABEL
  return [
    `${first.slice(0, start)}${number}${first.slice(start)}`,
    ...more.map(line => `${line.slice(0, start)}${' '.repeat(number.length)}${line.slice(start)}`),
  ]
}

/**
 * Splits a command into as many lines as needed, still ready to paste: the shell joins lines that end in a backslash.
 * @param taken the number of columns that a label takes from the first line
 */
export function commandLines(command: string, width: number, indent: string, taken = 0): string[] {
  const words = shellWords(sanitizeLine(command))
  const whole = filled(wholeCommands(words), width, indent, taken)
  if (whole.every((line, index) => line.length <= width - (index === 0 ? taken : 0))) return whole
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

/** Joins the words of each simple command: those up to a semicolon, or from one operator such as a pipe to the next. */
function wholeCommands(words: readonly string[]): string[] {
  const commands: string[] = []
  for (const [index, word] of words.entries()) {
    const before = words[index - 1] ?? ';'
    if (before.endsWith(';') || /^(?:\||\|\||&&)$/.test(word)) commands.push(word)
    else commands.splice(-1, 1, `${commands.at(-1)} ${word}`)
  }
  return commands
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
