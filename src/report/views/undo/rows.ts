/** Objects under one title, those of which the same is said together: a run over 500 namespaces is told in a few lines. */

import type { Target } from '../../../plan/change.ts'
import { sanitizeLine } from '../../sanitize.ts'
import type { Palette } from '../../screen/palette.ts'
import { wrap } from '../../screen/wrap.ts'
import { formatNumber, pluralize } from '../../words/count.ts'
import { objectName } from '../../words/plan.ts'

const ROWS = 20

/** An object and what is said of it; nothing where its name says all. */
export interface Row {
  target: Target
  note: string
}

/** The title and the rows below it; no line at all without rows. */
export function rowLines(title: string, rows: Row[], width: number, palette: Palette): string[] {
  if (rows.length === 0) return []
  const alike = [...Map.groupBy(rows, ({ target, note }) => JSON.stringify([target.kind, note])).values()]
  const shown = alike.length <= ROWS + 1 ? alike : alike.slice(0, ROWS)
  const hidden = alike.slice(shown.length).flat().length
  return [
    palette.strong(`${title}:`),
    ...shown.flatMap(same => wrap(sanitizeLine(sentence(same)), width, '  ')),
    ...(hidden === 0 ? [] : [`  … and ${formatNumber(hidden)} more (-o json shows all)`]),
  ]
}

function sentence(same: Row[]): string {
  const [first] = same
  if (first === undefined) return ''
  const { target, note } = first
  const names = new Set(same.map(row => objectName(row.target)))
  const one = `${target.namespace} ${objectName(target)}`
  const subject =
    same.length === 1
      ? one
      : names.size === 1
        ? `${objectName(target)} in ${pluralize(same.length, 'namespace')}`
        : `${one} and ${formatNumber(same.length - 1)} more`
  return note === '' ? subject : `${subject}: ${note}`
}
