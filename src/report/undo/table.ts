/** Taking a run back, for a person: what would go back, what stays and why, and what became of it. */

import type { UndoOutcome, UndoStep } from '../../apply/undo-step.ts'
import { commandLines, joined } from '../block.ts'
import { cell, shellWord } from '../escape.ts'
import { ownCommand } from '../invocation.ts'
import { columns, displayWidth, wrap } from '../layout.ts'
import type { ReportOptions } from '../options.ts'
import { paletteFor } from '../palette.ts'
import { visible } from '../sanitise.ts'
import { amount } from '../words/count.ts'
import { statusText } from '../words/outcomes.ts'
import { fieldText, isOpen, leftText, undoneSentence, undoPlanSentence } from '../words/undo.ts'
import type { RunLine, UndoReport } from './document.ts'
import { rowLines } from './rows.ts'

/** The steps, before anybody is asked. */
export function renderUndoSteps(run: string, steps: readonly UndoStep[], options: ReportOptions): string {
  const palette = paletteFor(options.colour)
  const { width } = options
  const restored = steps.flatMap(step => (step.action === 'restore-fields' ? [step] : []))
  const deleted = steps.filter(({ action }) => action === 'delete-secret')
  const left = steps.flatMap(step => (step.action === 'leave' ? [step] : []))
  const stays = restored.flatMap(({ target, changed }) =>
    changed.map(({ field }) => ({ target, said: `${field} ${leftText('changed')}` })),
  )
  const blocks = [
    wrap(visible(`Taking back run ${run}`), width),
    rowLines(
      'Restore',
      restored.map(({ target, fields }) => ({ target, said: fields.map(fieldText).join(', ') })),
      width,
      palette,
    ),
    rowLines(
      'Delete',
      deleted.map(({ target }) => ({ target, said: '' })),
      width,
      palette,
    ),
    rowLines(
      'Leave as it is',
      [...left.map(({ target, reason }) => ({ target, said: leftText(reason) })), ...stays],
      width,
      palette,
    ),
    wrap(undoPlanSentence(steps), width).map(palette.strong),
  ]
  return joined(spaced(blocks))
}

/** What became of it. */
export function renderUndone({ outcomes, dryRun }: UndoReport, options: ReportOptions): string {
  const palette = paletteFor(options.colour)
  const open = outcomes.filter(isOpen)
  const blocks = [
    rowLines(
      'Not taken back',
      open.map(({ target, ...outcome }) => ({ target, said: problem(outcome) })),
      options.width,
      palette,
    ),
    wrap(undoneSentence(outcomes, dryRun), options.width).map(
      open.length === 0 ? palette.well : palette.strong,
    ),
  ]
  return joined(spaced(blocks))
}

function problem({ status, detail }: Pick<UndoOutcome, 'status' | 'detail'>): string {
  const why = status === 'left' ? '' : statusText(status)
  return `${why}${detail === null ? '' : ` (${detail})`}`
}

/** The runs that can be taken back, newest first. */
export function renderRuns(runs: readonly RunLine[], options: ReportOptions): string {
  const [newest] = runs.filter(({ takenBack }) => !takenBack)
  if (runs.length === 0) return joined(['No run has written anything to this cluster.'])
  const table = columns(
    [
      ['RUN', 'SCOPE', 'CHANGES', 'STATE'],
      ...runs.map(({ run, namespaces, changes, takenBack, onlyPods }) => [
        cell(run),
        cell(namespaces === null ? 'all namespaces' : namespaces.join(',')),
        amount(changes),
        onlyPods ? 'only pods' : takenBack ? 'taken back' : 'in place',
      ]),
    ],
    2,
  )
  const fits = table.every(line => displayWidth(line) <= options.width)
  const lines = fits ? table : table.flatMap(line => wrap(line, options.width))
  if (newest === undefined || !options.terminal) return joined(lines)
  const next = commandLines(
    ownCommand(options.invocation, `undo ${shellWord(newest.run)}`),
    options.width - 6,
    '',
  )
  return joined([...lines, '', ...next.map((line, index) => `${index === 0 ? 'Next: ' : '      '}${line}`)])
}

function spaced(blocks: string[][]): string[] {
  const full = blocks.filter(lines => lines.length > 0)
  return full.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]))
}
