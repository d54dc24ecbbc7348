/**
 * Renders the result of a fix in any format. For people: changes that were not made, pods that have not recovered and why, and the verdict
 * as the last line.
 */

import type { AdvisedFinding } from '../../advice/add-steps.ts'
import type { ChangeOutcome, FixResult, Recovery, RecoveryPod } from '../../apply/outcome.ts'
import { DOCKER_HUB } from '../../image/docker-hub.ts'
import type { Change } from '../../plan/change.ts'
import type { PlanFormat, ReportOptions } from '../formats.ts'
import type { CauseGroup } from '../group.ts'
import { type Invocation, kubectlCommand, ownCommand } from '../invocation.ts'
import { toJson, toYaml } from '../machine/data.ts'
import { type FixReport, fixDocument } from '../machine/fix-document.ts'
import { cell, sanitizeLine, shellWord } from '../sanitize.ts'
import { joinBlocks, joinLines, labelledCommand, type Palette, paletteFor, wrap } from '../screen/layout.ts'
import { tableLines } from '../screen/table.ts'
import { meaningOf } from '../words/causes.ts'
import { whyCommand } from '../words/commands.ts'
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
  rerunLabel,
  statusText,
  workloadText,
  writtenSentence,
} from '../words/outcomes.ts'
import { scopeFlags } from '../words/plan.ts'
import { briefCauseBlocks, type PlanReportOptions } from './plan.ts'

export type { FixReport } from '../machine/fix-document.ts'

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
  const whole = wrap(sanitizeLine(workloadText(recovery)), width, '    ').slice(0, 4)
  return [...(workloadText(recovery) === '' ? [] : whole), ...podReason(first, more, width)].map(palette.dim)
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

/** Returns the findings of pods that were expected to recover. */
function awaited({ findings, result }: FixReport): AdvisedFinding[] {
  return findings.filter(({ namespace, pod }) =>
    result.recoveries.some(
      one => one.namespace === namespace && isIncomplete(one) && one.waiting.some(({ name }) => name === pod),
    ),
  )
}

function lastLines(report: FixReport, { width, invocation }: ReportOptions, palette: Palette): string[] {
  const { result, dryRun, complete } = report
  const verdict = (text: string) =>
    wrap(sanitizeLine(text), width).map(complete ? palette.success : palette.strong)
  if (dryRun) return verdict(dryRunSentence(result))
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

/** Recreated pods can't be undone. */
function undoLines({ run, outcomes }: FixResult, invocation: Invocation, width: number): string[] {
  const wrote = outcomes.some(
    ({ status, target }) => (status === 'applied' || status === 'failed') && target.kind !== 'Pod',
  )
  if (run === null || !wrote) return []
  return labelledCommand('Undo: ', ownCommand(invocation, `undo ${shellWord(run)}`), width)
}

function nextLines(report: FixReport, invocation: Invocation, width: number): string[] {
  const next = nextCommand(report, invocation)
  if (next === null) return []
  return next.command === null
    ? wrap(`${next.label}run the same command again.`, width)
    : labelledCommand(next.label, next.command, width)
}

/** The command is null if only the user knows it. */
interface Next {
  label: string
  command: string | null
}

/**
 * Returns the next command for the first change that is not in place or pod that has not recovered; never repeats a refused change or names
 * a deleted pod.
 */
function nextCommand(report: FixReport, invocation: Invocation): Next | null {
  const { plan, result } = report
  const again = isPlain(plan) ? ownCommand(invocation, `fix ${scopeFlags(plan.scope)}`) : null
  if (result.heldBack !== null) return { label: rerunLabel(result.heldBack.why), command: again }
  const waiting = awaited(report)
  const first = waiting.find(finding => !wasRefused(finding, result))
  if (first !== undefined) return { label: 'Next: ', command: whyCommand(invocation, first) }
  if (waiting.length > 0) return null
  const open = result.recoveries.find(isIncomplete)
  if (open !== undefined) return nextFor(open, invocation)
  return result.outcomes.some(({ status }) => status === 'conflict' || status === 'failed')
    ? { label: 'Next, to continue: ', command: again }
    : null
}

/** Whether the pod was not recreated because the server refused that, or a change that it needs: `why` would only advise the same fix. */
function wasRefused({ namespace, pod }: AdvisedFinding, { outcomes }: FixResult): boolean {
  const own = outcomes.find(
    ({ target }) => target.kind === 'Pod' && target.namespace === namespace && target.name === pod,
  )
  const isNotMade = own?.status === 'refused' || own?.status === 'skipped'
  return isNotMade && outcomes.some(({ status }) => status === 'refused')
}

/**
 * Whether the scope alone leads to this plan, so that its flags are those of the command; a plan does not hold the others, such as
 * --registry or --pin, without which a fix would do something else.
 */
function isPlain({ changes, credentials }: FixReport['plan']): boolean {
  const hub = credentials.every(({ registry, origin }) => registry === DOCKER_HUB && origin !== '--username')
  return (
    hub &&
    credentials.length > 0 &&
    changes.every(({ action, managedBy }) => PLAIN.includes(action) && managedBy === null)
  )
}

const PLAIN: readonly Change['action'][] = ['create-secret', 'patch-serviceaccount', 'recreate-pod']

function nextFor(
  { namespace, workload, over, missing, waiting }: Recovery,
  invocation: Invocation,
): Next | null {
  const next = (rest: string) => ({ label: 'Next: ', command: kubectlCommand(invocation, rest, namespace) })
  const object = shellWord(objectName(workload))
  const [pod] = waiting
  if (over?.code === 'gone' || over?.code === 'replaced' || over?.code === 'ending') return null
  if (over !== null) return next(`describe ${object}`)
  if (missing?.code === 'paused') return next(`rollout resume ${object}`)
  if (missing?.code === 'not-ended') return next(`get pod ${shellWord(missing.pod)} -o yaml`)
  return next(pod === undefined ? `describe ${object}` : `describe pod ${shellWord(pod.name)}`)
}

/** Running the same fix again would only be refused again. */
function refusedText(report: FixReport, invocation: Invocation): string {
  const isRefused = report.result.outcomes.some(({ status }) => status === 'refused')
  return isRefused && nextCommand(report, invocation) === null
    ? 'Resolve what the server refused, then run the same fix again.'
    : ''
}

/** Something may still be wrong even if the whole plan succeeded. */
function gapText({ gaps }: FixReport): string {
  return gaps.length === 0 ? '' : 'Not everything in scope could be read, so there may be more to fix.'
}

interface InterruptedFix {
  run: string
  /** Whether its plan changes only pods, which can't be undone. */
  onlyPods: boolean
}

/** Says how to continue or undo a fix that was interrupted while writing. */
export function interruptedFixText(
  { run, onlyPods }: InterruptedFix,
  invocation: Invocation,
  width: number,
): string {
  const undo = onlyPods ? '' : `, or \`${ownCommand(invocation, `undo ${run}`)}\` to revert what was written`
  return joinLines(wrap(`The fix was interrupted. Run the same command again to continue${undo}.`, width))
}
