/** The rows below a cause: image by image the workloads whose pods fail, with `-o wide` pod by pod. */

import { cell } from '../../escape.ts'
import type { WorkloadRow } from '../../group.ts'
import { sanitizeLine } from '../../sanitize.ts'
import type { Palette } from '../../screen/palette.ts'
import { tableLines } from '../../screen/table.ts'
import { wrap } from '../../screen/wrap.ts'
import { pluralize } from '../../words/count.ts'

export interface RowBudget {
  /** At most so many rows, and one more where that shows all. */
  rows: number
  pods: boolean
}

/** Lines within the width; what is left out is counted. */
export function workloadLines(
  rows: WorkloadRow[],
  { rows: most, pods }: RowBudget,
  width: number,
  palette: Palette,
): string[] {
  const shown = rows.length <= most + 1 ? rows : rows.slice(0, most)
  const begins = (index: number) => shown[index]?.image !== shown[index - 1]?.image
  const table = tableLines(
    shown.flatMap((row, index) => [
      ...(begins(index) ? [{ heading: sanitizeLine(row.image) }] : []),
      rowCells(row),
    ]),
    width,
    '  ',
  )
  const lines = shown.flatMap((row, index) => [
    ...table.splice(0, begins(index) ? 2 : 1).flat(),
    ...(pods ? tableLines(row.findings.map(podCells), width, '      ').flat().map(palette.dim) : []),
  ])
  const hidden = rows.slice(shown.length)
  if (hidden.length === 0) return lines
  const more = `… and ${pluralize(podsOf(hidden), 'more pod')} of ${pluralize(hidden.length, 'more workload')} (-o wide shows all)`
  return [...lines, ...wrap(more, width, '  ')]
}

function rowCells({ namespace, workload, pods, age }: WorkloadRow): string[] {
  return [cell(namespace), cell(workload), pluralize(pods.length, 'pod'), age ?? '']
}

function podCells({ pod, container, node, reason }: WorkloadRow['findings'][number]): string[] {
  return [cell(pod), node === null ? cell(container) : `${cell(container)} on ${cell(node)}`, cell(reason)]
}

function podsOf(rows: WorkloadRow[]): number {
  return rows.reduce((sum, { pods }) => sum + pods.length, 0)
}
