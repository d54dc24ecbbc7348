/** Renders a diagnosis for people: one block per cause, worst first, and the most important line last. */

import type { AdvisedDiagnosis } from '../../advice/add-steps.ts'
import type { Severity } from '../../diagnosis/finding.ts'
import type { ReportOptions } from '../formats.ts'
import { type CauseGroup, groupByCause, groupByWorkload } from '../group.ts'
import type { Invocation } from '../invocation.ts'
import { sanitizeLine } from '../sanitize.ts'
import { commandLines, stepLines } from '../screen/command-lines.ts'
import {
  displayWidth,
  field,
  fieldRoom,
  fields,
  joinBlocks,
  type Palette,
  paletteFor,
  wrap,
} from '../screen/layout.ts'
import { linkUrls } from '../screen/links.ts'
import { credentialLinesFor, meaningOf, titleOf } from '../words/causes.ts'
import { explainCommand } from '../words/commands.ts'
import type { Moment } from '../words/duration.ts'
import { tellingEnd } from '../words/evidence.ts'
import type { GapAbout } from '../words/gaps.ts'
import { checkLines } from '../words/image-check.ts'
import { countPods, formatNumber, pluralize } from '../words/nouns.ts'
import type { StepText } from '../words/step-words.ts'
import { nextStepLabel, nextStepText, shortened, stepsOf } from '../words/steps.ts'
import { namespaceCounts, nextStep, openingLine, summarySentence } from '../words/summary.ts'
import { PULLING_TITLE, pullingTexts } from '../words/wait/pulling.ts'
import { chooseRows, loneRow, rowLines } from './diagnosis/workload-rows.ts'
import { gapLines } from './gaps.ts'

/** The indentation of the next command's further lines, which aligns them with the text after `Next: `. */
const NEXT = 6

/** How much a block may show: with many causes, each shows less, so that all fit on a screen or two. */
interface DetailBudget {
  /** The maximum number of rows; one more is allowed if that shows all. */
  rows: number
  /** The number of lines of evidence, from its telling end; null: all of it. */
  evidence: number | null
  /** The number of checked images to show. */
  checks: number
  /** For the first cause and for each later one. */
  steps: number
  laterSteps: number
  meaning: boolean
  /** Whether to show which credential the pull had if it had none, which the title and the steps already say. */
  noCredential: boolean
  /** Whether to list each pod below its workload. */
  pods: boolean
  /** Whether to show a single row without column labels, in one line instead of two if it fits. */
  dense: boolean
  /** Whether to shorten steps and put their command beside them if it fits. */
  brief: boolean
}

/** `summary` fits on a screen or two; `full` omits nothing. */
type DetailLevel = 'summary' | 'full'

const ROWS_IN_ALL = 24
const MOST_GROUPS = 8
/** Up to this many causes, each shows several steps. */
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

/** Renders the screen: the place that was searched, the causes, and a last line with how many, why, and what to do next. */
export function renderTable(diagnosis: AdvisedDiagnosis, options: ReportOptions, level: DetailLevel): string {
  const palette = paletteFor(options.color)
  // If nothing is wrong, the summary sentence already names the place.
  const opening = diagnosis.findings.length === 0 ? '' : sanitizeLine(openingLine(diagnosis))
  const causes = causesFor(diagnosis, options.invocation, level)
  const blocks = [
    opening === '' ? [] : wrap(opening, options.width),
    ...blocksOf(causes, diagnosis, options, 'diagnosis'),
    [...omittedSteps(causes, options.width), ...lastLines(diagnosis, options, palette)],
  ]
  return linkUrls(joinBlocks(blocks), options)
}

/** Returns the causes, the pulls that are taking long, and what could not be read. */
export function causeBlocks(
  diagnosis: AdvisedDiagnosis,
  options: ReportOptions,
  level: DetailLevel,
  about: GapAbout,
): string[][] {
  return blocksOf(causesFor(diagnosis, options.invocation, level), diagnosis, options, about)
}

/** The causes that fit, each with the steps that it has room for. */
interface Causes {
  budget: DetailBudget
  shown: { group: CauseGroup; steps: StepText[]; omitted: number }[]
  hidden: CauseGroup[]
}

function causesFor({ findings }: AdvisedDiagnosis, invocation: Invocation, level: DetailLevel): Causes {
  const groups = groupByCause(findings, invocation)
  const fitting = level === 'full' ? groups : groups.slice(0, MOST_GROUPS)
  const budget = level === 'full' ? UNLIMITED : budgetFor(fitting.length)
  const shown = fitting.map((group, index) => {
    const all = stepsOf(group.findings, group.invocation)
    const steps = all.slice(0, index === 0 ? budget.steps : budget.laterSteps)
    return { group, steps, omitted: all.length - steps.length }
  })
  return { budget, shown, hidden: groups.slice(fitting.length) }
}

function blocksOf(
  { budget, shown, hidden }: Causes,
  diagnosis: AdvisedDiagnosis,
  { width, color }: ReportOptions,
  about: GapAbout,
): string[][] {
  const palette = paletteFor(color)
  const blocks = shown.map(({ group, steps }) => block(group, steps, diagnosis, { budget, width, palette }))
  if (hidden.length > 0) {
    const pods = pluralize(countPods(hidden.flatMap(({ findings }) => findings)), 'pod')
    const more = `… and ${pods} with ${pluralize(hidden.length, 'more cause')}: -o wide shows all.`
    blocks.push(wrap(more, width))
  }
  return [...blocks, pullingLines(diagnosis, width), gapLines(diagnosis.gaps, width, palette, about)]
}

/** Says how many steps are omitted if there are so many causes that each shows only the first ones. */
function omittedSteps({ shown, hidden }: Causes, width: number): string[] {
  if (shown.length <= FEW_GROUPS || hidden.length > 0) return []
  const omitted = shown.reduce((count, cause) => count + cause.omitted, 0)
  return omitted === 0 ? [] : wrap(`-o wide shows ${pluralize(omitted, 'more step')}.`, width)
}

const SEVERITY: Record<Severity, string> = { error: 'Error', warning: 'Warning', info: 'Info' }

function block(
  group: CauseGroup,
  steps: StepText[],
  moment: Moment,
  { budget, width, palette }: { budget: DetailBudget; width: number; palette: Palette },
): string[] {
  const { findings, pods, namespaces } = group
  const { severity } = findings[0]
  const place = namespaces === 1 ? '' : ` in ${formatNumber(namespaces)} namespaces`
  const rows = chooseRows(groupByWorkload(findings, moment), budget.rows)
  // A single pod is named in the row below.
  const count = budget.dense && loneRow(rows)?.pods.length === 1 ? '' : `: ${pluralize(pods, 'pod')}${place}`
  const title = `${SEVERITY[severity]}: ${titleOf(group)}${count}`
  const worded = budget.brief ? steps.map(step => ({ ...step, text: step.brief ?? step.text })) : steps
  const summedUp = namespaces > 1 && rows.hidden.length > 0
  return [
    ...wrap(sanitizeLine(title), width).map(line => palette.problem(line, severity)),
    ...rowLines(rows, { width, palette, pods: budget.pods, dense: budget.dense }),
    ...(summedUp ? field({ label: 'namespaces', text: namespaceCounts(findings) }, width) : []),
    ...(budget.meaning ? field({ label: 'meaning', text: meaningOf(group), lines: ALL }, width) : []),
    ...evidenceLines(group, budget.evidence, width),
    ...credentialLines(group, budget, width),
    ...fields('asked', checkLines(findings, budget.checks), width),
    ...stepLines('what to do', worded, { width, palette, beside: budget.brief }),
    // Omitted on the brief screen, where every cause would repeat the line.
    ...(budget.pods
      ? field({ label: 'more', text: explainCommand(group.invocation, findings[0]) }, width)
      : []),
  ]
}

function evidenceLines({ findings }: CauseGroup, lines: number | null, width: number): string[] {
  const proven = findings.find(finding => finding.evidence !== null)
  const text = proven?.evidence?.text
  if (text === undefined) return []
  if (lines === null) return field({ label: 'evidence', text, lines: ALL }, width)
  const room = fieldRoom(width)
  const end = tellingEnd(sanitizeLine(proven?.judged ?? text), part => wrap(part, room).length <= lines)
  return field({ label: 'evidence', text: end, lines: lines + 1 }, width)
}

function credentialLines(group: CauseGroup, { noCredential }: DetailBudget, width: number): string[] {
  const none = group.findings.every(({ credential }) => credential.status === 'none')
  if (none && !noCredential) return []
  return fields('credential', credentialLinesFor(group), width, 3)
}

/** Returns the summary and the next step, in one line if they fit, otherwise with the step on the last line. */
export function lastLines(diagnosis: AdvisedDiagnosis, options: ReportOptions, palette: Palette): string[] {
  const sentence = sanitizeLine(summarySentence(diagnosis, options.invocation))
  const next = nextStep(diagnosis, options.invocation)
  if (next !== null) return withNextStep(sentence, next, options, palette)
  const lines = wrap(sentence, options.width)
  return diagnosis.complete ? lines.map(palette.success) : lines
}

/** Returns a sentence and the next step, in one line if they fit, otherwise with the step on the last line. */
export function withNextStep(
  sentence: string,
  next: StepText,
  options: ReportOptions,
  palette: Palette,
): string[] {
  if (next.command === undefined)
    return [...wrap(sentence, options.width), ...proseLines(next, options.width)]
  return besideOrBelow(sentence, next, options.width, palette)
}

/** The most lines of a next step in prose, which stands whole above. */
const NEXT_LINES = 2

function proseLines(next: StepText, width: number): string[] {
  const lines = (step: StepText) => wrap(sanitizeLine(`${nextStepText(step)}.`), width)
  const whole = lines(next)
  return whole.length > NEXT_LINES ? lines(shortened(next)) : whole
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

/** Returns the pulls that are taking long; no lines if none is. */
export function pullingLines(
  diagnosis: Pick<AdvisedDiagnosis, 'pulling' | 'takenAt'>,
  width: number,
): string[] {
  const texts = pullingTexts(diagnosis)
  return texts.length === 0
    ? []
    : [PULLING_TITLE, ...texts.flatMap(text => wrap(sanitizeLine(text), width, '  '))]
}
