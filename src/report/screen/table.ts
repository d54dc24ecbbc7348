/**
 * Rows of cells as lines. On a terminal, cli-table3 draws them without borders: in columns if every row fits, otherwise with the last column
 * wrapped, or each row as wrapped text. For a pipe, and for thousands of rows, they are plain columns as kubectl prints them. Nothing is
 * truncated.
 */

import Table from 'cli-table3'
import { displayWidth, pad, wrap } from './layout.ts'

/** A row of cells, or a heading that spans all columns. All text is already escaped. */
export type TableRow = readonly string[] | { heading: string }

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
 * @param indent put before each row, and included in its width; rows below headings are indented by two more columns
 */
export function tableLines(rows: readonly TableRow[], width: number, indent = ''): string[][] {
  const inset = rows.some(isHeading) ? '  ' : ''
  const room = width - displayWidth(indent)
  const wrapped = rows.map(row =>
    isHeading(row) ? { heading: wrap(row.heading, room).join('\n') } : inRow(row, inset),
  )
  const drawn = rows.length > MOST_DRAWN ? aligned(wrapped) : draw(wrapped)
  const lines = drawn.map(text => text.split('\n').map(line => `${indent}${line}`.trimEnd()))
  const fits = rows.every(
    (row, index) => isHeading(row) || lines[index]?.every(line => displayWidth(line) <= width),
  )
  if (fits) return lines
  const inColumn = withLastWrapped(rows, width, indent + inset)
  return rows.map((row, index) =>
    isHeading(row)
      ? (lines[index] ?? [])
      : (inColumn?.get(row) ??
        hanging(
          row.filter(text => text !== ''),
          width,
          indent + inset,
        )),
  )
}

/** A last column narrower than this is not worth wrapping. */
const NARROWEST = 20

/** Returns the lines of each row with its last cell wrapped inside its column; null if that has too little room for a word. */
function withLastWrapped(
  rows: readonly TableRow[],
  width: number,
  indent: string,
): Map<TableRow, string[]> | null {
  const cells = rows.filter((row): row is readonly string[] => !isHeading(row))
  const last = Math.max(...cells.map(row => row.length)) - 1
  const widths = Array.from({ length: last }, (_, at) =>
    Math.max(...cells.map(row => displayWidth(row[at] ?? ''))),
  )
  const start = widths.reduce((sum, each) => sum + each + 2, displayWidth(indent))
  const room = width - start
  if (room < NARROWEST) return null
  const wrapped = cells.map(row => {
    const before = widths.map((each, at) => `${pad(row[at] ?? '', each)}  `).join('')
    const [first = '', ...more] = wrap(row[last] ?? '', room)
    const lines = [`${indent}${before}${first}`, ...more.map(line => `${' '.repeat(start)}${line}`)]
    return [row, lines.map(line => line.trimEnd())] as const
  })
  return wrapped.every(([, lines]) => lines.every(line => displayWidth(line) <= width))
    ? new Map(wrapped)
    : null
}

/**
 * Breaks a row that is too long between its cells, or within one that is wider than a line. Further lines are indented by two more columns,
 * so that each row is still seen as one.
 */
function hanging(cells: readonly string[], width: number, indent: string): string[] {
  const lines: string[] = []
  for (const text of cells) {
    const last = lines.at(-1)
    const longer = last === undefined ? `${indent}${text}` : `${last}  ${text}`
    if (displayWidth(longer) <= width) lines.splice(-1, 1, longer)
    else lines.push(...wrap(text, width, last === undefined ? indent : `${indent}  `))
  }
  return lines
}

function isHeading(row: TableRow): row is { heading: string } {
  return !Array.isArray(row)
}

function inRow([first = '', ...others]: readonly string[], inset: string): string[] {
  return [inset + first, ...others]
}

/** Returns the text of each row, drawn by cli-table3. */
function draw(rows: readonly TableRow[]): string[] {
  const widths = rows.some(isHeading) ? columnWidths(rows) : []
  const table = new Table({ ...BARE, colWidths: widths })
  for (const row of rows)
    table.push(isHeading(row) ? [{ content: row.heading, colSpan: widths.length + 1 }] : [...row])
  const lines = table.toString().split('\n')
  return rows.map(row => lines.splice(0, isHeading(row) ? row.heading.split('\n').length : 1).join('\n'))
}

/** Returns the widths of all columns but the last, ignoring headings: a long heading would push the columns apart. */
function columnWidths(rows: readonly TableRow[]): number[] {
  const table = new Table({ ...BARE, colWidths: [] })
  table.push(...rows.flatMap(row => (isHeading(row) ? [] : [[...row]])))
  table.toString()
  return table.options.colWidths.slice(0, -1).map(Number)
}

/** Returns the text of each row, without cli-table3. */
function aligned(rows: readonly TableRow[]): string[] {
  const lines = columns(
    rows.flatMap(row => (isHeading(row) ? [] : [row])),
    2,
  )
  return rows.map(row => (isHeading(row) ? row.heading : (lines.shift() ?? '')))
}

/** In plain columns, a longer cell keeps its length but shifts only its own row, so that one long name does not widen thousands of rows. */
const WIDEST = 120

/**
 * Returns plain columns: lines with at least `gap` blanks between columns, without truncation or trailing blanks.
 * @param rows cells without two consecutive blanks
 */
export function columns(rows: readonly (readonly string[])[], gap = 3): string[] {
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
