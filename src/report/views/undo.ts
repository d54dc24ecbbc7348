/** Taking a run back, and the list of runs, in any of their formats. */

import { cell, shellWord } from '../escape.ts'
import { type DataFormat, isForPeople } from '../formats.ts'
import { type Invocation, ownCommand } from '../invocation.ts'
import { enveloped, toJson, toYaml } from '../machine/data.ts'
import type { RunLine, UndoPlan, UndoReport } from '../machine/undo-document.ts'
import type { ReportOptions } from '../options.ts'
import { renderUndone, renderUndoSteps, renderRuns as runsTable } from './undo-screen.ts'

export type { RunLine, UndoReport } from '../machine/undo-document.ts'

export interface UndoReportOptions extends ReportOptions {
  format: DataFormat
}

/** What is about to be undone: for a person before the question. Machines get one document at the end: empty here. */
export function renderUndoPlan(plan: UndoPlan, options: UndoReportOptions): string {
  return isForPeople(options.format) ? renderUndoSteps(plan, options) : ''
}

/** Printed if a run is already undone and another one is not. */
export function anotherRunText(run: string, invocation: Invocation): string {
  return `Run ${cell(run)} is still in place: \`${ownCommand(invocation, `undo ${shellWord(run)}`)}\` undoes it.\n`
}

/** What became of it. */
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

/** The runs, newest first. */
export function renderRuns(runs: readonly RunLine[], options: UndoReportOptions): string {
  return RUNS[options.format](runs, options)
}

const RUNS: Record<DataFormat, (runs: readonly RunLine[], options: UndoReportOptions) => string> = {
  table: runsTable,
  text: runsTable,
  json: runs => toJson(enveloped('Runs', { runs })),
  yaml: runs => toYaml(enveloped('Runs', { runs })),
  name: runs => runs.map(({ run }) => `${cell(run)}\n`).join(''),
}
