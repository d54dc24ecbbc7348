/** Taking a run back, and the list of runs, in any of their formats. */

import { cell, shellWord } from '../escape.ts'
import { type Invocation, ownCommand } from '../invocation.ts'
import { enveloped, toJson, toYaml } from '../machine/data.ts'
import type { RunLine, UndoPlan, UndoReport } from '../machine/undo-document.ts'
import type { ReportOptions } from '../options.ts'
import type { DataFormat } from './images.ts'
import { renderUndone, renderUndoSteps, renderRuns as runsTable } from './undo/undo-screen.ts'

export type { RunLine, UndoReport } from '../machine/undo-document.ts'

export interface UndoReportOptions extends ReportOptions {
  format: DataFormat
}

/** What is about to be taken back: for a person before the question. Machines get one document at the end: empty here. */
export function renderUndoPlan(plan: UndoPlan, options: UndoReportOptions): string {
  return options.format === 'table' ? renderUndoSteps(plan, options) : ''
}

/** Said where a run is taken back already and another one is not. */
export function anotherRunText(run: string, invocation: Invocation): string {
  return `Run ${cell(run)} is still in place: \`${ownCommand(invocation, `undo ${shellWord(run)}`)}\` undoes it.\n`
}

/** What became of it. */
export function renderUndoResult(report: UndoReport, options: UndoReportOptions): string {
  switch (options.format) {
    case 'json':
      return toJson(enveloped('UndoResult', report))
    case 'yaml':
      return toYaml(enveloped('UndoResult', report))
    case 'name':
      return `${cell(report.run)}\n`
    case 'table':
      return renderUndone(report, options)
  }
}

/** The runs, newest first. */
export function renderRuns(runs: readonly RunLine[], options: UndoReportOptions): string {
  switch (options.format) {
    case 'json':
      return toJson(enveloped('Runs', { runs }))
    case 'yaml':
      return toYaml(enveloped('Runs', { runs }))
    case 'name':
      return runs.map(({ run }) => `${cell(run)}\n`).join('')
    case 'table':
      return runsTable(runs, options)
  }
}
