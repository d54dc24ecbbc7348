/** The rows below a cause: image by image the workloads whose pods fail, with `-o wide` pod by pod. */

import { cell } from '../../escape.ts'
import type { WorkloadRow } from '../../group.ts'
import { visible } from '../../sanitise.ts'
import type { Palette } from '../../screen/palette.ts'
import { columns, displayWidth, wrap } from '../../screen/wrap.ts'
import { counted } from '../../words/count.ts'

export interface WorkloadShare {
  /** At most so many rows, and one more where that shows all. */
  rows: number
  pods: boolean
}

/** Lines within the width; what is left out is counted. */
export function workloadLines(
  rows: WorkloadRow[],
  { rows: most, pods }: WorkloadShare,
  width: number,
  palette: Palette,
): string[] {
  const shown = rows.length <= most + 1 ? rows : rows.slice(0, most)
  const told = fitted(shown.map(rowCells), width, '    ')
  const lines = shown.flatMap((row, index) => [
    ...(row.image === shown[index - 1]?.image ? [] : wrap(visible(row.image), width, '  ')),
    ...(told[index] ?? []),
    ...(pods ? fitted(row.findings.map(podCells), width, '      ').flat().map(palette.dim) : []),
  ])
  const hidden = rows.slice(shown.length)
  if (hidden.length === 0) return lines
  const more = `… and ${counted(podsOf(hidden), 'more pod')} of ${counted(hidden.length, 'more workload')} (-o wide shows all)`
  return [...lines, ...wrap(more, width, '  ')]
}

function rowCells({ namespace, workload, pods, age }: WorkloadRow): string[] {
  return [cell(namespace), cell(workload), counted(pods.length, 'pod'), age ?? '']
}

function podCells({ pod, container, node, reason }: WorkloadRow['findings'][number]): string[] {
  return [cell(pod), node === null ? cell(container) : `${cell(container)} on ${cell(node)}`, cell(reason)]
}

function podsOf(rows: WorkloadRow[]): number {
  return rows.reduce((sum, { pods }) => sum + pods.length, 0)
}

/** As columns where every row fits, else each row as wrapped text: nothing is cut off. */
function fitted(rows: string[][], width: number, indent: string): string[][] {
  const table = columns(rows, 2).map(line => `${indent}${line}`)
  if (table.every(line => displayWidth(line) <= width)) return table.map(line => [line])
  return rows.map(cells => wrap(cells.filter(text => text !== '').join('  '), width, indent))
}
