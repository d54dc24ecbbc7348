/** What became of a fix, for a person: what was not made, which pods are not back and why now, and last the verdict. */

import type { FixResult, Outcome, Recovery } from '../../apply/outcome.ts'
import { commandLines, field, joined, stepLines } from '../block.ts'
import { cell, shellWord } from '../escape.ts'
import { groupByCause } from '../group.ts'
import { type Invocation, kubectlCommand, ownCommand } from '../invocation.ts'
import { columns, displayWidth, wrap } from '../layout.ts'
import type { ReportOptions } from '../options.ts'
import { type Palette, paletteFor } from '../palette.ts'
import { visible } from '../sanitise.ts'
import { meaningOf, titleOf } from '../words/causes.ts'
import { whyCommand } from '../words/commands.ts'
import { amount, counted } from '../words/count.ts'
import {
  dryRunSentence,
  isWell,
  leftSentence,
  podsSentence,
  statusText,
  writtenSentence,
} from '../words/outcomes.ts'
import { objectName, scopeFlags } from '../words/plan.ts'
import { countPods } from '../words/pods.ts'
import { stepsOf } from '../words/steps.ts'
import type { FixReport } from './document.ts'

const ROWS = 12

/** The screen. Ends in the verdict. */
export function renderFixTable(report: FixReport, options: ReportOptions): string {
  const palette = paletteFor(options.colour)
  const blocks = [
    notMade(report.result.outcomes, options.width, palette),
    ...(report.dryRun ? [] : [podLines(report.result, options.width, palette)]),
    ...whyNow(report, options, palette),
    lastLines(report, options, palette),
  ]
  const full = blocks.filter(lines => lines.length > 0)
  return joined(full.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines])))
}

/** Alike ones together: one missing permission may stand behind hundreds. */
function notMade(outcomes: Outcome[], width: number, palette: Palette): string[] {
  const alike = Map.groupBy(
    outcomes.filter(one => !isWell(one)),
    ({ status, detail, target }) => JSON.stringify([target.kind, status, detail]),
  )
  const groups = [...alike.values()]
  const lines = groups.slice(0, ROWS).flatMap(same => {
    const [first] = same
    if (first === undefined) return []
    const { target, status, detail } = first
    const more = same.length === 1 ? '' : ` and ${amount(same.length - 1)} more`
    const said = `${target.namespace} ${objectName(target)}${more}: ${statusText(status)}`
    return [
      ...wrap(visible(said), width, '  '),
      ...(detail === null ? [] : wrap(visible(detail), width, '    ').slice(0, 6).map(palette.dim)),
    ]
  })
  if (groups.length > ROWS) lines.push(`  … and ${amount(groups.length - ROWS)} more (-o json shows all)`)
  return lines.length === 0 ? [] : [palette.trouble('Not made:', 'error'), ...lines]
}

function podLines({ outcomes, recoveries }: FixResult, width: number, palette: Palette): string[] {
  const made = outcomes.every(isWell)
  const [open, back] = [recoveries.filter(isOpen), recoveries.filter(one => !isOpen(one))]
  const shown = [...open, ...back].slice(0, ROWS)
  const cells = shown.map(one => [
    cell(one.namespace),
    cell(objectName(one.workload)),
    `${amount(one.recovered)} of ${counted(one.wanted, 'pod')} back`,
  ])
  const table = columns(cells, 2).map(line => `  ${line}`)
  const fits = table.every(line => displayWidth(line) <= width)
  const lines = shown.flatMap((one, index) => {
    const row = fits ? [table[index] ?? ''] : wrap(cells[index]?.join(' ') ?? '', width, '  ')
    const mark = isOpen(one) ? (line: string) => palette.trouble(line, 'error') : palette.well
    return [...row.map(mark), ...waitingLines(one, made, width, palette)]
  })
  const hidden = recoveries.length - shown.length
  return hidden > 0 ? [...lines, `  … and ${counted(hidden, 'more workload')}`] : lines
}

/** @param made every change was made, so that there should be a new pod */
function waitingLines(recovery: Recovery, made: boolean, width: number, palette: Palette): string[] {
  const [first] = recovery.waiting
  if (!isOpen(recovery)) return []
  if (first === undefined)
    return made ? [palette.dim('    no new pod: its controller has not made one yet')] : []
  const text = [first.reason, first.message].filter(part => part !== '').join(': ')
  const said = text === '' ? `${first.name}: not started yet` : `${first.name}: ${text}`
  return wrap(visible(said), width, '    ').slice(0, 4).map(palette.dim)
}

function isOpen({ wanted, recovered }: Recovery): boolean {
  return recovered < wanted
}

/** The diagnosis of the pods that are not back, made again after the wait. */
function whyNow(
  { findings, result }: FixReport,
  { width, invocation }: ReportOptions,
  palette: Palette,
): string[][] {
  // Where the pulls have run out, none of the usual steps helps before there are some again.
  const steps = result.heldBack > 0 ? 0 : 2
  return groupByCause(findings, invocation).map(group => [
    ...wrap(visible(`${titleOf(group)}: ${counted(countPods(group.findings), 'pod')}`), width).map(line =>
      palette.trouble(line, group.findings[0].severity),
    ),
    ...field({ label: 'meaning', text: meaningOf(group) }, width),
    ...stepLines('what to do', stepsOf(group.findings, invocation).slice(0, steps), width, palette),
  ])
}

function lastLines(report: FixReport, { width, invocation }: ReportOptions, palette: Palette): string[] {
  const { result, dryRun, complete, findings } = report
  const verdict = (text: string) => wrap(visible(text), width).map(complete ? palette.well : palette.strong)
  if (dryRun) return verdict(dryRunSentence(result))
  const all = report.plan.declined.length === 0 && result.outcomes.every(isWell)
  const pods = podsSentence(result.recoveries, report.leftPods, all)
  const written = writtenSentence(result)
  const back =
    result.run === null
      ? []
      : command('Undo: ', ownCommand(invocation, `undo ${shellWord(result.run)}`), width)
  if (pods === null)
    return [
      ...back,
      ...wrap(gapText(report), width),
      ...verdict([written, leftSentence(report.leftPods)].join(' ').trim()),
    ].filter(line => line !== '')
  if (findings.length === 0 && result.outcomes.some(one => !isWell(one))) {
    return [...back, ...wrap(pods, width), ...verdict(`${written} Run the fix again to go on.`)]
  }
  const next = nextCommand(report, invocation)
  return [
    ...wrap(visible(written), width),
    ...back,
    ...wrap(gapText(report), width),
    ...verdict(pods),
    ...(next === null ? [] : command(...next, width).map(palette.strong)),
  ].filter(line => line !== '')
}

/** Why one of the pods that are not back still can't pull, or where nothing speaks of a pull any more, a new look at them. */
function nextCommand(
  { plan, findings: [first], result }: FixReport,
  invocation: Invocation,
): [label: string, command: string] | null {
  if (result.heldBack > 0)
    return ['Next, once the limit resets: ', ownCommand(invocation, `fix ${scopeFlags(plan.scope)}`)]
  if (first !== undefined) return ['Next: ', whyCommand(invocation, first)]
  const open = result.recoveries.find(isOpen)
  if (open === undefined) return null
  const namespace = shellWord(open.namespace)
  // The events say why the server lets a controller make no pod: a quota, or a policy on what the new one has.
  return [
    'Next: ',
    open.waiting.length === 0
      ? kubectlCommand(invocation, 'get events --field-selector reason=FailedCreate', open.namespace)
      : ownCommand(invocation, `diagnose -n ${namespace}`),
  ]
}

/** Not all is well even where all that was planned is. */
function gapText({ gaps }: FixReport): string {
  return gaps.length === 0 ? '' : 'Not everything in scope could be read, so there may be more to fix.'
}

function command(label: string, text: string, width: number): string[] {
  return commandLines(text, width - label.length, '').map(
    (line, index) => `${index === 0 ? label : ' '.repeat(label.length)}${line}`,
  )
}
