/**
 * Renders the result of a fix in any format. For people: changes that were not made, pods that have not recovered and why, and the verdict
 * as the last line.
 */

import type { AdvisedFinding } from '../../advice/add-steps.ts'
import type { ChangeOutcome, FixResult, Recovery, RecoveryPod } from '../../apply/outcome.ts'
import type { PlanFormat, ReportOptions } from '../formats.ts'
import type { CauseGroup } from '../group.ts'
import { toJson, toYaml } from '../machine/data.ts'
import { type FixReport, fixDocument } from '../machine/fix-document.ts'
import { cell, sanitizeLine } from '../sanitize.ts'
import { joinBlocks, type Palette, paletteFor, wrap } from '../screen/layout.ts'
import { tableLines } from '../screen/table.ts'
import { meaningOf } from '../words/causes.ts'
import { tellingEnd } from '../words/evidence.ts'
import { formatNumber, objectName, pluralize } from '../words/nouns.ts'
import {
  dryRunSentence,
  isIncomplete,
  isSuccessful,
  leftSentence,
  outcomeReasonText,
  podsSentence,
  podText,
  statusText,
  workloadText,
  writtenSentence,
} from '../words/plan/outcomes.ts'
import { awaited, nextLines, refusedText, undoLines } from './after-fix.ts'
import { briefCauseBlocks } from './brief-causes.ts'
import type { PlanReportOptions } from './plan.ts'

/** Returns the verdict as text for standard output. The patch format has no verdict, so it uses the text for people. */
export function renderFixResult(report: FixReport, options: PlanReportOptions): string {
  return RENDERERS[options.format](report, options)
}

const RENDERERS: Record<PlanFormat, (report: FixReport, options: PlanReportOptions) => string> = {
  table: renderFixTable,
  text: renderFixTable,
  json: (report, { invocation }) => toJson(fixDocument(report, invocation)),
  yaml: (report, { invocation }) => toYaml(fixDocument(report, invocation)),
  patch: renderFixTable,
}

const ROWS = 12

/** Renders the screen, which ends with the verdict. */
function renderFixTable(report: FixReport, options: ReportOptions): string {
  const palette = paletteFor(options.color)
  const blocks = [
    unsuccessful(report.result.outcomes, options.width, palette),
    ...(report.dryRun ? [] : [podLines(report.result, options.width, palette)]),
    ...failingNow(report, options, palette),
    lastLines(report, options, palette),
  ]
  return joinBlocks(blocks)
}

/** Groups similar outcomes, because one missing permission can cause hundreds. */
function unsuccessful(outcomes: ChangeOutcome[], width: number, palette: Palette): string[] {
  const alike = Map.groupBy(
    outcomes.filter(one => !isSuccessful(one)),
    ({ status, reason, detail, target }) => JSON.stringify([target.kind, status, reason, detail]),
  )
  const groups = [...alike.values()]
  const lines = groups.slice(0, ROWS).flatMap(same => {
    const [first] = same
    if (first === undefined) return []
    const { target, status, reason, detail } = first
    const more = same.length === 1 ? '' : ` and ${formatNumber(same.length - 1)} more`
    const sentence = `${target.namespace} ${objectName(target)}${more}: ${statusText(status)}`
    return [
      ...wrap(sanitizeLine(sentence), width, '  '),
      ...[reason === null ? null : outcomeReasonText(reason), detail].flatMap(text =>
        text === null ? [] : wrap(sanitizeLine(text), width, '    ').slice(0, 6).map(palette.dim),
      ),
    ]
  })
  if (groups.length > ROWS)
    lines.push(`  … and ${formatNumber(groups.length - ROWS)} more (-o json shows all)`)
  return lines.length === 0 ? [] : [palette.problem('Not applied:', 'error'), ...lines]
}

function podLines({ recoveries }: FixResult, width: number, palette: Palette): string[] {
  const openFirst = recoveries.toSorted((a, b) => Number(isIncomplete(b)) - Number(isIncomplete(a)))
  const shown = openFirst.slice(0, ROWS)
  const cells = shown.map(one => [
    cell(one.namespace),
    cell(objectName(one.workload)),
    `${formatNumber(one.recovered)} of ${pluralize(one.wanted, 'pod')} back`,
  ])
  const rows = tableLines(cells, width, '  ')
  const lines = shown.flatMap((one, index) => {
    const row = rows[index] ?? []
    const mark = isIncomplete(one) ? (line: string) => palette.problem(line, 'error') : palette.success
    return [...row.map(mark), ...waitingLines(one, width, palette)]
  })
  const hidden = recoveries.length - shown.length
  return hidden > 0 ? [...lines, `  … and ${pluralize(hidden, 'more workload')}`] : lines
}

/** Returns the workload's pods one by one, or a statement about the workload. */
function waitingLines(recovery: Recovery, width: number, palette: Palette): string[] {
  const { waiting, crashing } = recovery
  const [first] = isIncomplete(recovery) || waiting.length > 0 ? waiting : crashing
  const more = (waiting.length > 0 ? waiting : crashing).length - 1
  const text = workloadText(recovery)
  const whole = text === '' ? [] : wrap(sanitizeLine(text), width, '    ').slice(0, 4)
  return [...whole, ...podReason(first, more, width)].map(palette.dim)
}

/** Returns what the first of several pods waits for, with the end of the error, which states the reason. */
function podReason(pod: RecoveryPod | undefined, more: number, width: number): string[] {
  if (pod === undefined) return []
  const linesWith = (message: string) =>
    wrap(
      `${sanitizeLine(podText({ ...pod, message }))}${more > 0 ? ` and ${formatNumber(more)} more` : ''}`,
      width,
      '    ',
    )
  return linesWith(tellingEnd(sanitizeLine(pod.message), end => linesWith(end).length <= REASON_LINES))
}

const REASON_LINES = 3

/** Returns the diagnosis, made after the wait, of the pods that have not recovered; pods deleted since then are not included. */
function failingNow(report: FixReport, { width, invocation }: ReportOptions, palette: Palette): string[][] {
  // If pods were held back, the usual steps don't help until those pods can be recreated.
  const steps = report.result.heldBack === null ? 2 : 0
  const meaning = (cause: CauseGroup) => ({ label: 'meaning', text: meaningOf(cause) })
  const isRefused = report.result.outcomes.some(({ status }) => status === 'refused')
  const found = isRefused ? awaited(report).map(withoutFix) : awaited(report)
  return briefCauseBlocks(found, meaning, steps, { invocation, width, palette })
}

/** Leaves out the fix that was just made: the server refused it, and would again. */
function withoutFix(finding: AdvisedFinding): AdvisedFinding {
  const [first, ...others] = finding.steps.filter(
    ({ code }) => code !== 'distribute-login' && code !== 'recreate-pods',
  )
  return first === undefined ? finding : { ...finding, steps: [first, ...others] }
}

function lastLines(report: FixReport, { width, invocation }: ReportOptions, palette: Palette): string[] {
  const { result, dryRun, complete } = report
  const verdict = (text: string) =>
    wrap(sanitizeLine(text), width).map(complete ? palette.success : palette.strong)
  if (dryRun) return [...wrap(gapText(report), width), ...verdict(dryRunSentence(result))]
  const all = report.plan.declined.length === 0 && result.outcomes.every(isSuccessful)
  const pods = podsSentence(result.recoveries, report.leftPods, all)
  const written = writtenSentence(result)
  const last = pods ?? [written, leftSentence(report.leftPods)].join(' ').trim()
  return [
    ...(pods === null ? [] : wrap(sanitizeLine(written), width)),
    ...undoLines(result, invocation, width),
    ...wrap(gapText(report), width),
    ...verdict(last),
    ...nextLines(report, invocation, width).map(palette.strong),
    ...wrap(refusedText(report, invocation), width),
  ].filter(line => line !== '')
}

/** Something may still be wrong even if the whole plan succeeded. */
function gapText({ gaps }: FixReport): string {
  return gaps.length === 0 ? '' : 'Not everything in scope could be read, so there may be more to fix.'
}
