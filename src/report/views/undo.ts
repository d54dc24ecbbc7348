/** Renders an undo in any format. For people: what is restored, what stays and why, and the result. */

import type { UndoOutcome, UndoStep } from '../../apply/undo-step.ts'
import type { Target } from '../../plan/change.ts'
import { type DataFormat, isForPeople, type ReportOptions } from '../formats.ts'
import { type Invocation, kubectlCommand, ownCommand } from '../invocation.ts'
import { enveloped, toJson, toYaml } from '../machine/data.ts'
import type { UndoPlan, UndoReport } from '../machine/fix-document.ts'
import { cell, sanitizeLine, shellWord } from '../sanitize.ts'
import { commandLines, labelledCommand } from '../screen/command-lines.ts'
import { joinBlocks, joinLines, type Palette, paletteFor, wrap } from '../screen/layout.ts'
import { firstOf, formatNumber, objectName, pluralize } from '../words/nouns.ts'
import { isNotUndone, statusText, undoneSentence } from '../words/plan/outcomes.ts'
import {
  effectText,
  fieldText,
  keptSentence,
  leftStepText,
  leftText,
  lostLoginSentence,
  sharedKeptSentence,
  undoingText,
  undoPlanSentence,
} from '../words/plan/plan.ts'

export interface UndoReportOptions extends ReportOptions {
  format: DataFormat
}

/** Renders what is about to be undone, for people to see before the question. Empty for machines, which get one document at the end. */
export function renderUndoPlan(plan: UndoPlan, options: UndoReportOptions): string {
  return isForPeople(options.format) ? renderUndoSteps(plan, options) : ''
}

/** Printed if a run is already undone but another one is not. */
export function anotherRunText(run: string, invocation: Invocation, width: number): string {
  return joinLines([
    ...wrap(`Run ${cell(run)} has not been undone.`, width),
    ...labelledCommand('To undo it too: ', ownCommand(invocation, `undo ${shellWord(run)}`), width),
  ])
}

/** Renders the result of an undo. */
export function renderUndoResult(report: UndoReport, options: UndoReportOptions): string {
  return RESULT[options.format](report, options)
}

const RESULT: Record<DataFormat, (report: UndoReport, options: UndoReportOptions) => string> = {
  table: renderUndone,
  text: renderUndone,
  json: report => toJson(enveloped('UndoResult', report)),
  yaml: report => toYaml(enveloped('UndoResult', report)),
  name: ({ run }) => `${cell(run)}\n`,
}

/** The heading of each action, in the order of the screen. */
const HEADINGS: Record<UndoStep['action'], string> = {
  'restore-fields': 'Restore',
  'delete-secret': 'Delete',
  'remove-keys': 'Remove keys',
  leave: 'Left unchanged',
}

/** Renders the steps, shown before the question. */
function renderUndoSteps({ run, continued, steps, kept }: UndoPlan, options: ReportOptions): string {
  const palette = paletteFor(options.color)
  const { width } = options
  const rows = Map.groupBy([...steps.map(stepRow), ...steps.flatMap(changedFieldRows)], row => row.heading)
  const keptBy = (fits: (step: UndoStep) => boolean) =>
    kept.filter(target => steps.some(step => step.target === target && fits(step)))
  return joinBlocks([
    wrap(sanitizeLine(undoingText(run, continued)), width),
    ...Object.values(HEADINGS).map(heading => rowLines(heading, rows.get(heading) ?? [], width, palette)),
    wrap(lostLoginSentence(steps), width).filter(line => line !== ''),
    wrap(undoPlanSentence(steps), width).map(palette.strong),
    ...keptLines(keptBy(isOurs), keptSentence, 'delete', options),
    ...keptLines(keptBy(isShared), sharedKeptSentence, 'edit', options),
  ])
}

/** Whether the Secret is as the run created it. One that another undo removes is not: nobody has to delete it by hand. */
function isOurs(step: UndoStep): boolean {
  return step.action === 'leave' && step.reason === 'still-named'
}

/** Whether others have written to the Secret, so that deleting it would delete their logins, too. */
function isShared(step: UndoStep): boolean {
  if (step.action !== 'leave') return true
  return step.reason === 'changed' || step.reason === 'earlier-content-unknown'
}

interface StepRow extends Row {
  heading: string
}

function stepRow(step: UndoStep): StepRow {
  return { heading: HEADINGS[step.action], target: step.target, note: noteOf(step) }
}

function noteOf(step: UndoStep): string {
  switch (step.action) {
    case 'restore-fields': {
      const fields = step.fields.map(fieldText).join(', ')
      return step.effect === null ? fields : `${fields}; ${effectText(step.effect)}`
    }
    case 'delete-secret':
      return ''
    case 'remove-keys':
      return step.keys.join(', ')
    case 'leave':
      return leftStepText(step)
  }
}

/** Fields of a restored object that somebody else has changed since, so they stay. */
function changedFieldRows(step: UndoStep): StepRow[] {
  if (step.action !== 'restore-fields') return []
  const { target, changed } = step
  return changed.map(({ field }) => ({
    heading: HEADINGS.leave,
    target,
    note: `${field} ${leftText('changed')}`,
  }))
}

/** Returns a sentence about Secrets that still contain a login, with a command for each that removes it. */
function keptLines(
  kept: readonly Target[],
  sentenceOf: (count: number) => string,
  verb: 'delete' | 'edit',
  { invocation, width }: ReportOptions,
): string[][] {
  if (kept.length === 0) return []
  const shown = kept.slice(0, MAX_COMMANDS)
  const commands = shown.flatMap(target =>
    commandLines(
      kubectlCommand(invocation, `${verb} secret ${shellWord(target.name)}`, target.namespace),
      width,
      '  ',
    ),
  )
  const more = kept.length - shown.length
  return [
    [
      ...wrap(sentenceOf(kept.length), width),
      ...commands,
      ...(more > 0 ? [`  … and ${formatNumber(more)} more (-o json shows all)`] : []),
    ],
  ]
}

const MAX_COMMANDS = 6

/** Renders the result. */
function renderUndone({ outcomes, dryRun }: UndoReport, options: ReportOptions): string {
  const palette = paletteFor(options.color)
  const open = outcomes.filter(isNotUndone)
  const blocks = [
    rowLines(
      'Not undone',
      open.map(({ target, ...outcome }) => ({ target, note: problem(outcome) })),
      options.width,
      palette,
    ),
    wrap(undoneSentence(outcomes, dryRun), options.width).map(
      open.length === 0 ? palette.success : palette.strong,
    ),
  ]
  return joinBlocks(blocks)
}

function problem({ status, detail }: Pick<UndoOutcome, 'status' | 'detail'>): string {
  const why =
    status === 'left'
      ? ''
      : status === 'skipped'
        ? 'not tried, because something still references it'
        : statusText(status)
  return `${why}${detail === null ? '' : ` (${detail})`}`
}

const MAX_ROWS = 20

/** An object with a note; the note is empty if the name is enough. */
interface Row {
  target: Target
  note: string
}

/** Returns the title and the rows below it; empty without rows. */
function rowLines(title: string, rows: Row[], width: number, palette: Palette): string[] {
  if (rows.length === 0) return []
  const alike = [...Map.groupBy(rows, ({ target, note }) => JSON.stringify([target.kind, note])).values()]
  const shown = firstOf(alike, MAX_ROWS)
  const hidden = alike.slice(shown.length).flat().length
  return [
    palette.strong(`${title}:`),
    ...shown.flatMap(same => wrap(sanitizeLine(sentence(same)), width, '  ')),
    ...(hidden === 0 ? [] : [`  … and ${formatNumber(hidden)} more (-o json shows all)`]),
  ]
}

function sentence(same: Row[]): string {
  const [first] = same
  if (first === undefined) return ''
  const { target, note } = first
  const names = new Set(same.map(row => objectName(row.target)))
  const one = `${target.namespace} ${objectName(target)}`
  const subject =
    same.length === 1
      ? one
      : names.size === 1
        ? `${objectName(target)} in ${pluralize(same.length, 'namespace')}`
        : `${one} and ${formatNumber(same.length - 1)} more`
  return note === '' ? subject : `${subject}: ${note}`
}

/** Says how to continue an interrupted undo. */
export function interruptedUndoText(run: string, invocation: Invocation, width: number): string {
  const text = `The undo was interrupted, with part of run ${run} undone. Run \`${ownCommand(invocation, `undo ${run}`)}\` again to continue.`
  return joinLines(wrap(text, width))
}
