/** A diagnosis for a person on a terminal: one block a cause, the worst first, and the most important line last. */

import type { AdvisedDiagnosis } from '../../advice/add-steps.ts'
import { cell } from '../escape.ts'
import { type CauseGroup, groupByCause, groupByWorkload, type WorkloadRow } from '../group.ts'
import type { ReportOptions } from '../options.ts'
import { sanitizeLine } from '../sanitize.ts'
import { field, joinBlocks } from '../screen/block.ts'
import { type Palette, paletteFor } from '../screen/palette.ts'
import { commandLines, stepLines } from '../screen/step.ts'
import { tableLines } from '../screen/table.ts'
import { displayWidth, wrap } from '../screen/wrap.ts'
import { credentialLinesFor, meaningOf, titleOf } from '../words/causes.ts'
import { countPods, formatNumber, pluralize } from '../words/count.ts'
import { checkLines } from '../words/image-check.ts'
import { nextStepLabel, nextStepText, type StepText } from '../words/step-words.ts'
import { stepsOf } from '../words/steps.ts'
import { nextStep, summarySentence } from '../words/summary.ts'
import { gapLines } from './gaps.ts'
import { pullingLines } from './pulling.ts'

/** How much one block may show: with many causes each shows less, so that all of them fit a screen or two. */
interface DetailBudget {
  /** At most so many rows, and one more where that shows all. */
  rows: number
  evidenceLines: number
  /** Images that registries were asked about. */
  checks: number
  steps: number
  meaning: boolean
  /** Pod by pod below its workload. */
  pods: boolean
}

/** `summary` fits a screen or two; `full` omits nothing. */
type DetailLevel = 'summary' | 'full'

const ROWS_IN_ALL = 24
const MOST_GROUPS = 8
const ALL = Number.POSITIVE_INFINITY
const UNLIMITED: DetailBudget = {
  rows: ALL,
  evidenceLines: ALL,
  checks: ALL,
  steps: ALL,
  meaning: true,
  pods: true,
}

function budgetFor(groups: number): DetailBudget {
  const rows = Math.max(2, Math.floor(ROWS_IN_ALL / groups))
  return groups <= 3
    ? { rows, evidenceLines: 12, checks: 4, steps: 3, meaning: true, pods: false }
    : { rows, evidenceLines: 3, checks: 2, steps: 1, meaning: false, pods: false }
}

/** The screen. Ends in the last line: how many, why, and what to do next. */
export function renderTable(diagnosis: AdvisedDiagnosis, options: ReportOptions, level: DetailLevel): string {
  const palette = paletteFor(options.color)
  return joinBlocks([...storyBlocks(diagnosis, options, level), lastLines(diagnosis, options, palette)])
}

/** All but the last line: the causes, pulls that take long, and what could not be read. */
export function storyBlocks(
  diagnosis: AdvisedDiagnosis,
  options: ReportOptions,
  level: DetailLevel,
): string[][] {
  const palette = paletteFor(options.color)
  const groups = groupByCause(diagnosis.findings, options.invocation)
  const shown = level === 'full' ? groups : groups.slice(0, MOST_GROUPS)
  const budget = level === 'full' ? UNLIMITED : budgetFor(shown.length)
  const blocks = shown.map(group => block(group, diagnosis.takenAt, budget, options.width, palette))
  const hidden = groups.slice(shown.length).flatMap(group => group.findings)
  if (hidden.length > 0) {
    const causes = pluralize(groups.length - shown.length, 'more cause')
    const more = `… and ${pluralize(countPods(hidden), 'pod')} with ${causes}: -o wide shows all.`
    blocks.push(wrap(more, options.width))
  }
  return [...blocks, pullingLines(diagnosis, options.width), gapLines(diagnosis.gaps, options.width, palette)]
}

function block(
  group: CauseGroup,
  takenAt: string,
  budget: DetailBudget,
  width: number,
  palette: Palette,
): string[] {
  const { findings, pods, namespaces } = group
  const place = namespaces === 1 ? '' : ` in ${formatNumber(namespaces)} namespaces`
  const title = wrap(sanitizeLine(`${titleOf(group)}: ${pluralize(pods, 'pod')}${place}`), width)
  const evidence = findings.find(finding => finding.evidence !== null)?.evidence?.text
  return [
    ...title.map(line => palette.problem(line, findings[0].severity)),
    ...workloadLines(groupByWorkload(findings, takenAt), budget, width, palette),
    '',
    ...(budget.meaning ? field({ label: 'meaning', text: meaningOf(group) }, width) : []),
    ...(evidence === undefined
      ? []
      : field({ label: 'evidence', text: evidence, lines: budget.evidenceLines, style: palette.dim }, width)),
    ...credentialLinesFor(group).flatMap((text, index) =>
      field({ label: index === 0 ? 'credential' : '', text, lines: 3 }, width),
    ),
    ...checkLines(findings, budget.checks).flatMap((text, index) =>
      field({ label: index === 0 ? 'asked' : '', text }, width),
    ),
    ...stepLines('what to do', stepsOf(findings, group.invocation).slice(0, budget.steps), width, palette),
  ]
}

/** The summary and the next step: in one line where it fits, else the step on the very last one. */
export function lastLines(diagnosis: AdvisedDiagnosis, options: ReportOptions, palette: Palette): string[] {
  const sentence = sanitizeLine(summarySentence(diagnosis, options.invocation))
  const next = nextStep(diagnosis, options.invocation)
  if (next !== null) return withNextStep(sentence, next, options, palette)
  const lines = wrap(sentence, options.width)
  return diagnosis.complete ? lines.map(palette.success) : lines
}

/** A sentence and the next step: in one line where it fits, else the step on the very last one. */
export function withNextStep(
  sentence: string,
  next: StepText,
  options: ReportOptions,
  palette: Palette,
): string[] {
  if (next.command === undefined)
    return [...wrap(sentence, options.width), ...wrap(sanitizeLine(`${nextStepText(next)}.`), options.width)]
  return besideOrBelow(sentence, next, options.width, palette)
}

function besideOrBelow(sentence: string, next: StepText, width: number, palette: Palette): string[] {
  const text = next.command ?? next.text
  const start = sanitizeLine(nextStepLabel(next))
  const command = commandLines(text, width - displayWidth(start) - 1, '')
  const [only] = command
  if (command.length === 1 && only !== undefined && displayWidth(`${sentence} ${start} ${only}`) <= width) {
    return [`${sentence} ${start} ${palette.strong(only)}`]
  }
  const below =
    next.where === undefined
      ? command.map((line, index) => `${index === 0 ? `${start} ` : '      '}${palette.strong(line)}`)
      : [...wrap(start, width), ...commandLines(text, width, '  ').map(palette.strong)]
  return [...wrap(sentence, width), ...below]
}

/** The rows below a cause: image by image the workloads whose pods fail, or pod by pod; rows that are not shown are counted. */
function workloadLines(
  rows: WorkloadRow[],
  { rows: most, pods }: DetailBudget,
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
