/** Plain columns as kubectl prints them, thousands of rows too: for a pipe, and for tables longer than a screen. */

import { displayWidth, pad } from './wrap.ts'

/** A cell longer than this keeps its length, and pushes its own row alone: one absurd name must not widen thousands of rows. */
const WIDEST = 120

/**
 * At least `gap` blanks between the columns, nothing cut off, none at a line's end.
 * @param rows cells without two blanks in a row
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
