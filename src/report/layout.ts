/** Puts text into columns and lines by the width that a terminal gives it, wide and combining characters included. */

import stringWidth from 'string-width'

/** How many columns a terminal gives the text. */
export const displayWidth = (text: string): number => stringWidth(text)

/** Pads with blanks to a width in columns; longer text stays as it is. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)))
}

/** A cell longer than this keeps its length, and pushes its own row alone: one absurd name must not widen thousands of rows. */
const WIDEST = 120

/**
 * Plain columns, as kubectl prints them: at least three blanks between, nothing cut off, no blanks at a line's end.
 * @param rows cells without two blanks in a row
 */
export function columns(rows: string[][], gap = 3): string[] {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, index) => {
      const width = stringWidth(cell)
      widths[index] = Math.max(widths[index] ?? 0, width > WIDEST ? 0 : width)
    })
  }
  const between = ' '.repeat(gap)
  return rows.map(row => {
    const last = row.findLastIndex(cell => cell !== '')
    return row
      .slice(0, last + 1)
      .map((cell, index) => (index === last ? cell : pad(cell, widths[index] ?? 0)))
      .join(between)
      .trimEnd()
  })
}

const segmenter = new Intl.Segmenter()

/**
 * Breaks one line into lines of at most `width` columns, at blanks, and inside a word only where it alone is too long.
 * @param indent put before each line, and counted
 */
export function wrap(text: string, width: number, indent = ''): string[] {
  const room = Math.max(10, width - stringWidth(indent))
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').flatMap(word => pieces(word, room))) {
    const longer = line === '' ? word : `${line} ${word}`
    if (stringWidth(longer) <= room) line = longer
    else {
      lines.push(line)
      line = word
    }
  }
  return [...lines, line].map(piece => `${indent}${piece}`.trimEnd())
}

/** The first `width` columns of a text, with an ellipsis where something is left out. */
export function clip(whole: string, width: number): string {
  // What is far too long is not measured to its end.
  const text = whole.slice(0, 8 * width)
  if (text.length === whole.length && stringWidth(text) <= width) return text
  const [start = ''] = pieces(text, Math.max(1, width - 1))
  return `${start}…`
}

/** An ellipsis and the words that still fit behind it in `width` columns. */
export function clipStart(text: string, width: number): string {
  // What is far too long is not measured word by word from its beginning.
  let rest = text.slice(-8 * width)
  while (stringWidth(rest) > width - 2 && rest.includes(' ')) rest = rest.slice(rest.indexOf(' ') + 1)
  return `… ${pieces(rest, width - 2).at(-1) ?? ''}`
}

function pieces(word: string, room: number): string[] {
  if (stringWidth(word) <= room) return [word]
  const found: string[] = []
  let piece = ''
  let used = 0
  for (const { segment } of segmenter.segment(word)) {
    const width = stringWidth(segment)
    if (used + width > room && piece !== '') {
      found.push(piece)
      piece = ''
      used = 0
    }
    piece += segment
    used += width
  }
  return [...found, piece]
}
