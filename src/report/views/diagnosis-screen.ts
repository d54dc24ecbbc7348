/** A diagnosis for a person on a terminal: one block a cause, the worst first, and the most important line last. */

import type { AdvisedDiagnosis } from '../../advice/add-steps.ts'
import type { Severity } from '../../diagnosis/finding.ts'
import { type CauseGroup, groupByCause, groupByWorkload } from '../group.ts'
import type { ReportOptions } from '../options.ts'
import { sanitizeLine } from '../sanitize.ts'
import { commandLines, field, fieldRoom, joinBlocks, stepLines } from '../screen/block.ts'
import { linkUrls } from '../screen/links.ts'
import { type Palette, paletteFor } from '../screen/palette.ts'
import { displayWidth, wrap } from '../screen/wrap.ts'
import { credentialLinesFor, meaningOf, titleOf } from '../words/causes.ts'
import { explainCommand } from '../words/commands.ts'
import { countPods, formatNumber, pluralize } from '../words/count.ts'
import { tellingEnd } from '../words/evidence.ts'
import type { GapAbout } from '../words/gaps.ts'
import { checkLines } from '../words/image-check.ts'
import { namespaceCounts, openingLine } from '../words/place.ts'
import { nextStepLabel, nextStepText, type StepText } from '../words/step-words.ts'
import { stepsOf } from '../words/steps.ts'
import { nextStep, summarySentence } from '../words/summary.ts'
import { chooseRows, loneRow, rowLines } from './diagnosis/workload-rows.ts'
import { gapLines } from './gaps.ts'
import { pullingLines } from './pulling.ts'

/** Further lines of the next command stand below its beginning, behind `Next: `. */
const NEXT = 6

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
  /** A single row without column labels, in a line instead of two where it fits. */
  dense: boolean
  /** Steps in few words, with their command beside them where it fits. */
  brief: boolean
}

/** `summary` fits a screen or two; `full` omits nothing. */
type DetailLevel = 'summary' | 'full'

const ROWS_IN_ALL = 24
const MOST_GROUPS = 8
/** So few causes show several steps each. */
const FEW_GROUPS = 2
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
  brief: false,
}

function budgetFor(groups: number): DetailBudget {
  const rows = Math.max(2, Math.floor(ROWS_IN_ALL / groups))
  const usual = { ...UNLIMITED, rows, evidence: 3, checks: 4, pods: false }
  if (groups <= FEW_GROUPS) return { ...usual, steps: 3, laterSteps: 3, noCredential: groups === 1 }
  const dense = { ...usual, noCredential: false, dense: true }
  if (groups === 3) return { ...dense, steps: 2, laterSteps: 1 }
  const short = { ...dense, evidence: 2, checks: 2, meaning: false, brief: true }
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
    [...(level === 'full' ? [] : hiddenSteps(diagnosis, options)), ...lastLines(diagnosis, options, palette)],
  ]
  return linkUrls(joinBlocks(blocks), options)
}

/** Says that there are more steps, where so many causes are shown that each has only its first. */
function hiddenSteps({ findings }: AdvisedDiagnosis, { invocation, width }: ReportOptions): string[] {
  const groups = groupByCause(findings, invocation)
  if (groups.length <= FEW_GROUPS || groups.length > MOST_GROUPS) return []
  const budget = budgetFor(groups.length)
  const hidden = groups.reduce((count, group, index) => {
    const room = index === 0 ? budget.steps : budget.laterSteps
    return count + Math.max(0, stepsOf(group.findings, group.invocation).length - room)
  }, 0)
  return hidden === 0 ? [] : wrap(`-o wide shows ${pluralize(hidden, 'more step')}.`, width)
}

/** The causes, pulls that take long, and what could not be read. */
export function storyBlocks(
  diagnosis: AdvisedDiagnosis,
  options: ReportOptions,
  level: DetailLevel,
  about: GapAbout = 'diagnosis',
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
  return [...blocks, pullingLines(diagnosis, width), gapLines(diagnosis.gaps, width, palette, about)]
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
  const rows = chooseRows(groupByWorkload(findings, takenAt), budget.rows)
  // A single pod is named in the line below.
  const count = budget.dense && loneRow(rows)?.pods.length === 1 ? '' : `: ${pluralize(pods, 'pod')}${place}`
  const title = `${SEVERITY[severity]}: ${titleOf(group)}${count}`
  const steps = stepsOf(findings, group.invocation)
    .slice(0, budget.steps)
    .map(step => (budget.brief ? { ...step, text: step.brief ?? step.text } : step))
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
    ...stepLines('what to do', steps, width, palette, budget.brief),
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
  const room = fieldRoom(width)
  const end = tellingEnd(sanitizeLine(text), part => wrap(part, room).length <= lines)
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
  const indent = ' '.repeat(NEXT)
  const [first = '', ...more] = commandLines(text, width, indent, displayWidth(start) + 1 - NEXT)
  const only = first.trimStart()
  if (more.length === 0 && displayWidth(`${sentence} ${start} ${only}`) <= width) {
    return [`${sentence} ${start} ${palette.strong(only)}`]
  }
  const below =
    next.where === undefined
      ? [`${start} ${palette.strong(only)}`, ...more.map(palette.strong)]
      : [...wrap(start, width), ...commandLines(text, width, '  ').map(palette.strong)]
  return [...wrap(sentence, width), ...below]
}
