/** A diagnosis for a person on a terminal: one block a cause, the worst first, and the most important line last. */

import type { AdvisedDiagnosis } from '../../advice/add-steps.ts'
import type { Severity } from '../../diagnosis/finding.ts'
import { type CauseGroup, groupByCause, groupByWorkload } from '../group.ts'
import type { ReportOptions } from '../options.ts'
import { sanitizeLine } from '../sanitize.ts'
import { field, fieldRoom, joinBlocks } from '../screen/block.ts'
import { linkUrls } from '../screen/links.ts'
import { type Palette, paletteFor } from '../screen/palette.ts'
import { commandLines, stepLines } from '../screen/step.ts'
import { displayWidth, wrap } from '../screen/wrap.ts'
import { credentialLinesFor, meaningOf, titleOf } from '../words/causes.ts'
import { explainCommand } from '../words/commands.ts'
import { countPods, formatNumber, pluralize } from '../words/count.ts'
import { tellingEnd } from '../words/evidence.ts'
import { checkLines } from '../words/image-check.ts'
import { namespaceCounts, openingLine } from '../words/place.ts'
import { nextStepLabel, nextStepText, type StepText } from '../words/step-words.ts'
import { stepsOf } from '../words/steps.ts'
import { nextStep, summarySentence } from '../words/summary.ts'
import { chooseRows, rowLines } from './diagnosis/workload-rows.ts'
import { gapLines } from './gaps.ts'
import { pullingLines } from './pulling.ts'

/** How much one block may show: with many causes each shows less, so that all of them fit a screen or two. */
interface DetailBudget {
  /** At most so many rows, and one more where that shows all. */
  rows: number
  /** Lines of evidence, of which the telling end is shown; null: all of it. */
  evidence: number | null
  /** Images that registries were asked about. */
  checks: number
  /** Of the first cause, and of each later one. */
  steps: number
  laterSteps: number
  meaning: boolean
  /** Which credential the pull had, where there was none: the title and the steps say so already. */
  noCredential: boolean
  /** Pod by pod below its workload. */
  pods: boolean
  /** Where it fits, a line instead of two: a single row without column labels, a command beside its step. */
  dense: boolean
}

/** `summary` fits a screen or two; `full` omits nothing. */
type DetailLevel = 'summary' | 'full'

const ROWS_IN_ALL = 24
const MOST_GROUPS = 8
const ALL = Number.POSITIVE_INFINITY
const UNLIMITED: DetailBudget = {
  rows: ALL,
  evidence: null,
  checks: ALL,
  steps: ALL,
  laterSteps: ALL,
  meaning: true,
  noCredential: true,
  pods: true,
  dense: false,
}

function budgetFor(groups: number): DetailBudget {
  const rows = Math.max(2, Math.floor(ROWS_IN_ALL / groups))
  const usual = { rows, evidence: 3, checks: 4, meaning: true, noCredential: true, pods: false, dense: false }
  if (groups <= 2) return { ...usual, steps: 3, laterSteps: 3, noCredential: groups === 1 }
  if (groups === 3) return { ...usual, steps: 2, laterSteps: 1, noCredential: false }
  const short = { ...usual, evidence: 2, checks: 2, meaning: false, noCredential: false, dense: true }
  return { ...short, steps: 1, laterSteps: 1 }
}

/** The screen. Begins with where pullguard looked, and ends in the last line: how many, why, and what to do next. */
export function renderTable(diagnosis: AdvisedDiagnosis, options: ReportOptions, level: DetailLevel): string {
  const palette = paletteFor(options.color)
  // Where nothing is wrong, the one sentence says where pullguard looked.
  const opening = diagnosis.findings.length === 0 ? '' : sanitizeLine(openingLine(diagnosis))
  const blocks = [
    opening === '' ? [] : wrap(opening, options.width),
    ...storyBlocks(diagnosis, options, level),
    lastLines(diagnosis, options, palette),
  ]
  return linkUrls(joinBlocks(blocks), options)
}

/** The causes, pulls that take long, and what could not be read. */
export function storyBlocks(
  diagnosis: AdvisedDiagnosis,
  options: ReportOptions,
  level: DetailLevel,
): string[][] {
  const palette = paletteFor(options.color)
  const { width } = options
  const groups = groupByCause(diagnosis.findings, options.invocation)
  const shown = level === 'full' ? groups : groups.slice(0, MOST_GROUPS)
  const budget = level === 'full' ? UNLIMITED : budgetFor(shown.length)
  const blocks = shown.map((group, index) => {
    const steps = index === 0 ? budget.steps : budget.laterSteps
    return block(group, diagnosis.takenAt, { ...budget, steps }, width, palette)
  })
  const hidden = groups.slice(shown.length).flatMap(group => group.findings)
  if (hidden.length > 0) {
    const causes = pluralize(groups.length - shown.length, 'more cause')
    const more = `… and ${pluralize(countPods(hidden), 'pod')} with ${causes}: -o wide shows all.`
    blocks.push(wrap(more, width))
  }
  return [...blocks, pullingLines(diagnosis, width), gapLines(diagnosis.gaps, width, palette)]
}

const SEVERITY: Record<Severity, string> = { error: 'Error', warning: 'Warning', info: 'Info' }

function block(
  group: CauseGroup,
  takenAt: string,
  budget: DetailBudget,
  width: number,
  palette: Palette,
): string[] {
  const { findings, pods, namespaces } = group
  const { severity } = findings[0]
  const place = namespaces === 1 ? '' : ` in ${formatNumber(namespaces)} namespaces`
  const title = `${SEVERITY[severity]}: ${titleOf(group)}: ${pluralize(pods, 'pod')}${place}`
  const rows = chooseRows(groupByWorkload(findings, takenAt), budget.rows)
  const steps = stepsOf(findings, group.invocation).slice(0, budget.steps)
  const summedUp = namespaces > 1 && rows.hidden.length > 0
  return [
    ...wrap(sanitizeLine(title), width).map(line => palette.problem(line, severity)),
    ...rowLines(rows, { width, palette, pods: budget.pods, dense: budget.dense }),
    ...(summedUp ? field({ label: 'namespaces', text: namespaceCounts(findings) }, width) : []),
    ...(budget.meaning ? field({ label: 'meaning', text: meaningOf(group) }, width) : []),
    ...evidenceLines(group, budget.evidence, width),
    ...credentialLines(group, budget, width),
    ...checkLines(findings, budget.checks).flatMap((text, index) =>
      field({ label: index === 0 ? 'asked' : '', text }, width),
    ),
    ...stepLines('what to do', steps, width, palette, budget.dense),
    // On the brief screen it would be one line of many that say the same.
    ...(budget.pods
      ? field({ label: 'more', text: explainCommand(group.invocation, findings[0]) }, width)
      : []),
  ]
}

function evidenceLines({ findings }: CauseGroup, lines: number | null, width: number): string[] {
  const text = findings.find(finding => finding.evidence !== null)?.evidence?.text
  if (text === undefined) return []
  if (lines === null) return field({ label: 'evidence', text, lines: ALL }, width)
  const end = tellingEnd(sanitizeLine(text), lines * fieldRoom(width))
  return field({ label: 'evidence', text: end, lines: lines + 1 }, width)
}

function credentialLines(group: CauseGroup, { noCredential }: DetailBudget, width: number): string[] {
  const none = group.findings.every(({ credential }) => credential.status === 'none')
  if (none && !noCredential) return []
  return credentialLinesFor(group).flatMap((text, index) =>
    field({ label: index === 0 ? 'credential' : '', text, lines: 3 }, width),
  )
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
