/**
 * Renders the rows below a cause, with column labels: one per workload and image, each with a pod. If there are many, rows of different
 * namespaces come first.
 */

import type { WorkloadRow } from '../../group.ts'
import { cell, sanitizeLine } from '../../sanitize.ts'
import { displayWidth, type Palette, wrap } from '../../screen/layout.ts'
import { tableLines } from '../../screen/table.ts'
import { formatNumber, pluralize } from '../../words/nouns.ts'

/** The layout of a group's rows. */
interface Layout {
  /** The workload as `deployment/shop`, or only its kind if its pod's name begins with the workload's name. */
  workload: 'path' | 'kind'
  /** The name of the first pod, or only the number of pods. */
  pod: 'name' | 'count'
  /** The image in the row, or above the rows that share it. */
  image: 'beside' | 'above'
}

const BESIDE: readonly Layout[] = [
  { workload: 'path', pod: 'name', image: 'beside' },
  { workload: 'kind', pod: 'name', image: 'beside' },
]
const NARROW: Layout = { workload: 'kind', pod: 'name', image: 'above' }
const COUNTED: Layout = { workload: 'path', pod: 'count', image: 'above' }
const ABOVE: readonly Layout[] = [{ workload: 'path', pod: 'name', image: 'above' }, NARROW, COUNTED]

/** If no layout fits and there are this few pods, their names matter more than aligned columns. */
const FEW_PODS = 5

interface ChosenRows {
  /** Rows to print, in order. */
  shown: WorkloadRow[]
  hidden: WorkloadRow[]
}

/** Chooses at most `most` rows; one more is allowed if that shows all. */
export function chooseRows(rows: WorkloadRow[], most: number): ChosenRows {
  if (rows.length <= most + 1) return { shown: rows, hidden: [] }
  const namespaces = [...Map.groupBy(rows, ({ namespace }) => namespace).values()]
  const chosen = new Set([...namespaces.flatMap(([first]) => first ?? []), ...rows].slice(0, most))
  for (const row of rows) if (chosen.size < most) chosen.add(row)
  return { shown: rows.filter(row => chosen.has(row)), hidden: rows.filter(row => !chosen.has(row)) }
}

interface RowOptions {
  width: number
  palette: Palette
  /** Whether to list each pod below its workload. */
  pods: boolean
  /** Whether to show a single row as one line if it fits, otherwise with the image on a second line. */
  dense: boolean
}

/** Returns the rows below their column labels, and a line that counts the hidden rows. */
export function rowLines(
  { shown, hidden }: ChosenRows,
  { width, palette, pods, dense }: RowOptions,
): string[] {
  const only = dense ? loneRow({ shown, hidden }) : undefined
  if (only !== undefined) return loneRowLines(only, width)
  const layout = pods ? COUNTED : layoutFor(shown, width)
  const begins = (index: number) =>
    layout.image === 'above' && shown[index]?.image !== shown[index - 1]?.image
  const [labels = [], ...lines] = tableLines(
    [labelsOf(layout), ...shown.map(row => cells(row, layout))],
    width,
    indentOf(layout),
  )
  return [
    ...labels.map(palette.dim),
    ...shown.flatMap((row, index) => [
      ...(begins(index) ? wrap(sanitizeLine(row.image), width, '  ') : []),
      ...(lines[index] ?? []),
      ...(pods ? tableLines(row.findings.map(podCells), width, '      ').flat().map(palette.dim) : []),
    ]),
    ...(hidden.length === 0 ? [] : wrap(hiddenText(hidden), width, '  ')),
  ]
}

/** Returns a group's only row; undefined if there are others. */
export function loneRow({ shown: [only, ...others], hidden }: ChosenRows): WorkloadRow | undefined {
  return others.length + hidden.length === 0 ? only : undefined
}

/** Returns, for example, `web/shop-6d4-x2 of deployment/shop, image nginx:1.27, for 10m`, with less about the workload if needed to fit. */
function loneRowLines(row: WorkloadRow, width: number): string[] {
  const image = `image ${cell(row.image)}`
  const time = row.age === null ? '' : `, for ${row.age}`
  const pods = podTexts(row)
  const fitting = (texts: string[]) => texts.find(text => displayWidth(text) + 2 <= width)
  const one = fitting(pods.map(pod => `${pod}, ${image}${time}`))
  if (one !== undefined) return [`  ${one}`]
  const above = pods.map(pod => `${pod}${time}`)
  return [fitting(above) ?? above.at(-1) ?? '', image].flatMap(text => wrap(text, width, '  '))
}

/** Returns texts for the pod with its workload, the longest first. */
function podTexts(row: WorkloadRow): string[] {
  const pod = `${cell(row.namespace)}/${podName(row)}`
  if (row.workload.startsWith('pod/')) return [pod]
  const kind = cell(kindOf(row))
  return [`${pod} of ${cell(row.workload)}`, ...(kind.includes('/') ? [] : [`${pod} (${kind})`])]
}

function layoutFor(rows: readonly WorkloadRow[], width: number): Layout {
  const images = new Set(rows.map(({ image }) => image)).size
  const layouts = 2 * images > rows.length ? [...BESIDE, ...ABOVE] : ABOVE
  const fitting = layouts.find(layout => widthOf(rows, layout) <= width)
  return fitting ?? (podsOf(rows) <= FEW_PODS ? NARROW : COUNTED)
}

function widthOf(rows: readonly WorkloadRow[], layout: Layout): number {
  const table = [labelsOf(layout), ...rows.map(row => cells(row, layout))]
  const widths = labelsOf(layout).map((_, index) =>
    Math.max(...table.map(line => displayWidth(line[index] ?? ''))),
  )
  return widths.reduce((sum, column) => sum + column + 2, indentOf(layout).length - 2)
}

/** Rows are indented more than the images above them. */
function indentOf({ image }: Layout): string {
  return image === 'above' ? '    ' : '  '
}

function labelsOf({ pod, image }: Layout): string[] {
  return [
    'NAMESPACE',
    'WORKLOAD',
    pod === 'name' ? 'POD' : 'PODS',
    'AGE',
    ...(image === 'beside' ? ['IMAGE'] : []),
  ]
}

function cells(row: WorkloadRow, { workload, pod, image }: Layout): string[] {
  return [
    cell(row.namespace),
    cell(workload === 'path' ? row.workload : kindOf(row)),
    pod === 'name' ? podName(row) : pluralize(row.pods.length, 'pod'),
    row.age ?? '-',
    ...(image === 'beside' ? [cell(row.image)] : []),
  ]
}

/** Returns only the kind if the pod's name already shows the workload's, as for pods that controllers create. */
function kindOf({ workload, pods: [first = ''] }: WorkloadRow): string {
  const [kind = '', name = ''] = workload.split('/')
  return first === name || first.startsWith(`${name}-`) ? kind : workload
}

function podName({ pods: [first = '', ...others] }: WorkloadRow): string {
  return others.length === 0 ? cell(first) : `${cell(first)} and ${formatNumber(others.length)} more`
}

function podCells({ pod, container, node, reason }: WorkloadRow['findings'][number]): string[] {
  return [cell(pod), node === null ? cell(container) : `${cell(container)} on ${cell(node)}`, cell(reason)]
}

function hiddenText(hidden: readonly WorkloadRow[]): string {
  return `… and ${pluralize(podsOf(hidden), 'more pod')} of ${pluralize(hidden.length, 'more workload')} (-o wide shows all)`
}

function podsOf(rows: readonly WorkloadRow[]): number {
  return rows.reduce((sum, { pods }) => sum + pods.length, 0)
}
