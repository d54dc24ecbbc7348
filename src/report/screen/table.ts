/** Tables on a terminal, drawn by cli-table3 without borders: columns where every row fits, else each row as wrapped text; nothing is cut off. */

import Table from 'cli-table3'
import { columns } from './columns.ts'
import { displayWidth, wrap } from './wrap.ts'

/** A row of cells, or a heading that spans all columns. All text is escaped already. */
export type TableRow = readonly string[] | { heading: string }

/** No border, nothing but blanks between the columns. An empty line, such as a border without characters, is not drawn. */
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

/** cli-table3 compares all rows with each other: longer tables are aligned by us. */
const MOST_DRAWN = 60

/**
 * The rows as lines, one list a row, so that the caller can style them and put more below each.
 * @param indent put before each row, and counted; rows below headings stand two columns further in
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
  return rows.map((row, index) =>
    isHeading(row)
      ? (lines[index] ?? [])
      : wrap(row.filter(text => text !== '').join('  '), width, indent + inset),
  )
}

function isHeading(row: TableRow): row is { heading: string } {
  return !Array.isArray(row)
}

function inRow([first = '', ...others]: readonly string[], inset: string): string[] {
  return [inset + first, ...others]
}

/** The text of each row by cli-table3. */
function draw(rows: readonly TableRow[]): string[] {
  const widths = rows.some(isHeading) ? columnWidths(rows) : []
  const table = new Table({ ...BARE, colWidths: widths })
  for (const row of rows)
    table.push(isHeading(row) ? [{ content: row.heading, colSpan: widths.length + 1 }] : [...row])
  const lines = table.toString().split('\n')
  return rows.map(row => lines.splice(0, isHeading(row) ? row.heading.split('\n').length : 1).join('\n'))
}

/** The widths of all columns but the last, as the rows alone want them: a long heading would push the columns apart. */
function columnWidths(rows: readonly TableRow[]): number[] {
  const table = new Table({ ...BARE, colWidths: [] })
  table.push(...rows.flatMap(row => (isHeading(row) ? [] : [[...row]])))
  table.toString()
  return table.options.colWidths.slice(0, -1).map(Number)
}

/** The same without it. */
function aligned(rows: readonly TableRow[]): string[] {
  const lines = columns(
    rows.flatMap(row => (isHeading(row) ? [] : [row])),
    2,
  )
  return rows.map(row => (isHeading(row) ? row.heading : (lines.shift() ?? '')))
}
