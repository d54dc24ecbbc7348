/**
 * Rows of cells as lines. On a terminal, cli-table3 draws them without borders: in columns if every row fits, otherwise with the last column
 * wrapped, or each row as wrapped text. For a pipe, and for thousands of rows, they are plain columns as kubectl prints them. Nothing is
 * truncated.
 */

import Table from 'cli-table3'
import { displayWidth, pad, wrap } from './layout.ts'

/** The cells of a row, whose text is already escaped. */
type TableRow = readonly string[]

/** No borders, only blanks between columns. An empty line, such as a border without characters, is not drawn. */
const BARE = {
  chars: {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
    left: '',
    'left-mid': '',
    mid: '',
    'mid-mid': '',
    right: '',
    'right-mid': '',
    middle: '  ',
  },
  style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
}

/** cli-table3 compares all rows with each other, so longer tables are aligned by `columns`. */
const MOST_DRAWN = 60

/**
 * Returns each row's lines, so that the caller can style them and add lines below.
 * @param indent put before each row, and included in its width
 */
export function tableLines(rows: readonly TableRow[], width: number, indent = ''): string[][] {
  const drawn = rows.length > MOST_DRAWN ? columns(rows, 2) : draw(rows)
  const lines = drawn.map(line => `${indent}${line}`.trimEnd())
  if (lines.every(line => displayWidth(line) <= width)) return lines.map(line => [line])
  return (
    withLastWrapped(rows, width, indent) ??
    rows.map(row =>
      hanging(
        row.filter(text => text !== ''),
        width,
        indent,
      ),
    )
  )
}

/** A last column narrower than this is not worth wrapping. */
const NARROWEST = 20

/** Returns the lines of each row with its last cell wrapped inside its column; null if that has too little room for a word. */
function withLastWrapped(rows: readonly TableRow[], width: number, indent: string): string[][] | null {
  const last = Math.max(...rows.map(row => row.length)) - 1
  const widths = Array.from({ length: last }, (_, at) =>
    Math.max(...rows.map(row => displayWidth(row[at] ?? ''))),
  )
  const start = widths.reduce((sum, each) => sum + each + 2, displayWidth(indent))
  const room = width - start
  if (room < NARROWEST) return null
  const wrapped = rows.map(row => {
    const before = widths.map((each, at) => `${pad(row[at] ?? '', each)}  `).join('')
    const [first = '', ...more] = wrap(row[last] ?? '', room)
    const lines = [`${indent}${before}${first}`, ...more.map(line => `${' '.repeat(start)}${line}`)]
    return lines.map(line => line.trimEnd())
  })
  return wrapped.flat().every(line => displayWidth(line) <= width) ? wrapped : null
}

/**
 * Breaks a row that is too long between its cells, or within one that is wider than a line. Further lines are indented by two more columns,
 * so that each row is still seen as one.
 */
function hanging(cells: TableRow, width: number, indent: string): string[] {
  const lines: string[] = []
  for (const text of cells) {
    const last = lines.at(-1)
    const longer = last === undefined ? `${indent}${text}` : `${last}  ${text}`
    if (displayWidth(longer) <= width) lines.splice(-1, 1, longer)
    else lines.push(...wrap(text, width, last === undefined ? indent : `${indent}  `))
  }
  return lines
}

/** Returns one line for each row, drawn by cli-table3. */
function draw(rows: readonly TableRow[]): string[] {
  const table = new Table(BARE)
  table.push(...rows.map(row => [...row]))
  const lines = table.toString().split('\n')
  return rows.map((_row, index) => lines[index] ?? '')
}

/** In plain columns, a longer cell keeps its length but shifts only its own row, so that one long name does not widen thousands of rows. */
const WIDEST = 120

/**
 * Returns plain columns: lines with at least `gap` blanks between columns, without truncation or trailing blanks.
 * @param rows cells without two consecutive blanks
 */
export function columns(rows: readonly TableRow[], gap = 3): string[] {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, index) => {
      const width = displayWidth(cell)
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
