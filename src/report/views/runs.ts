/** Renders the list of runs for `undo --list` in any format: what each changed, where, and whether that still exists. */

import type { DataFormat, ReportOptions } from '../formats.ts'
import { enveloped, toJson, toYaml } from '../machine/data.ts'
import type { RunLine } from '../machine/fix-document.ts'
import { cell, sanitizeLine } from '../sanitize.ts'
import { joinLines, paletteFor, wrap } from '../screen/layout.ts'
import { columns, tableLines } from '../screen/table.ts'
import { formatNumber } from '../words/nouns.ts'
import { runText, stateText } from '../words/plan/outcomes.ts'
import type { UndoReportOptions } from './undo.ts'

export type { RunLine } from '../machine/fix-document.ts'

/** Renders the runs, newest first. */
export function renderRuns(runs: readonly RunLine[], options: UndoReportOptions): string {
  return RUNS[options.format](runs, options)
}

const RUNS: Record<DataFormat, (runs: readonly RunLine[], options: UndoReportOptions) => string> = {
  table: renderRunTable,
  text: renderRunTable,
  json: runs => toJson(enveloped('Runs', { runs })),
  yaml: runs => toYaml(enveloped('Runs', { runs })),
  name: runs => runs.map(({ run }) => `${cell(run)}\n`).join(''),
}

/** Renders all runs with their state, newest first. On a terminal, the scope of each is below it, because it can be long. */
function renderRunTable(runs: readonly RunLine[], options: ReportOptions): string {
  if (runs.length === 0) return joinLines(['No run on this machine has written to this cluster.'])
  if (options.terminal) return joinLines(runRows(runs, options))
  const rows = [
    ['RUN', 'TIME', 'CONTEXT', 'USER', 'SCOPE', 'CHANGES', 'STATE'],
    ...runs.map(({ run, startedAt, context, user, namespaces, only, changes, state }) => [
      cell(run),
      timeOf(startedAt),
      cell(context ?? '-'),
      cell(user ?? '-'),
      cell(
        `${namespaces === null ? 'all namespaces' : namespaces.join(',')}${only === undefined ? '' : ` (${only})`}`,
      ),
      formatNumber(changes),
      stateText(state),
    ]),
  ]
  return joinLines(columns(rows))
}

function runRows(runs: readonly RunLine[], { width, color }: ReportOptions): string[] {
  const palette = paletteFor(color)
  const rows = [
    ['RUN', 'TIME', 'CHANGES', 'STATE'],
    ...runs.map(({ run, startedAt, changes, state }) => [
      cell(run),
      timeOf(startedAt),
      formatNumber(changes),
      stateText(state),
    ]),
  ]
  return tableLines(rows, width).flatMap((lines, index) => {
    const run = runs[index - 1]
    return run === undefined
      ? lines
      : [...lines, ...wrap(sanitizeLine(runText(run)), width, '  ').map(palette.dim)]
  })
}

function timeOf(startedAt: string): string {
  return cell(startedAt.replace(/\.\d+/, ''))
}
