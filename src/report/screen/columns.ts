/** Plain columns as kubectl prints them, even for thousands of rows: for a pipe, and for tables longer than a screen. */

import { displayWidth, pad } from './layout.ts'

/** A longer cell keeps its length but shifts only its own row, so that one long name does not widen thousands of rows. */
const WIDEST = 120

/**
 * Returns lines with at least `gap` blanks between columns, without truncation or trailing blanks.
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
