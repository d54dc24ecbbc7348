/**
 * Renders the verdict of a wait in any format. For people: the workloads, why pulls fail and what to do, and how the wait ended as the last
 * line.
 */

import type { AdvisedDiagnosis } from '../../advice/add-steps.ts'
import type { ReportOptions, WaitFormat } from '../formats.ts'
import type { Invocation } from '../invocation.ts'
import { toJson, toYaml } from '../machine/data.ts'
import { waitDocument, waitGithub, waitGitlab, waitJunit, waitMarkdown } from '../machine/wait.ts'
import { cell, sanitizeLine } from '../sanitize.ts'
import { joinBlocks, type Palette, paletteFor, wrap } from '../screen/layout.ts'
import { tableLines } from '../screen/table.ts'
import { pluralize } from '../words/nouns.ts'
import type { StepText } from '../words/step-words.ts'
import { nextStep } from '../words/summary.ts'
import { type WaitReport, waitSentence } from '../words/wait/wait.ts'
import { waitNextStep } from '../words/wait/wait-next.ts'
import { compareUrgency, inSeveral, stateText, subjectName } from '../words/wait/wait-state.ts'
import { causeBlocks, withNextStep } from './diagnosis-screen.ts'

export interface WaitReportOptions extends ReportOptions {
  format: WaitFormat
}

const RENDERERS: Record<WaitFormat, (report: WaitReport, options: WaitReportOptions) => string> = {
  table: waitScreen,
  json: (report, { invocation }) => toJson(waitDocument(report, invocation)),
  yaml: (report, { invocation }) => toYaml(waitDocument(report, invocation)),
  junit: (report, { invocation }) => waitJunit(report, invocation),
  github: (report, { invocation }) => waitGithub(report, invocation),
  gitlab: (report, { invocation }) => waitGitlab(report, invocation),
  markdown: (report, { invocation }) => waitMarkdown(report, invocation),
}

/** Returns the verdict as text for standard output. */
export function renderWait(report: WaitReport, options: WaitReportOptions): string {
  return RENDERERS[options.format](report, options)
}

/** With more workloads, only unfinished ones are shown. */
const MOST_ROWS = 20

/** Renders the report for a terminal or a log. */
function waitScreen(report: WaitReport, options: ReportOptions): string {
  const { outcome, states, diagnosis } = report
  const palette = paletteFor(options.color)
  const screen = options.terminal ? options : { ...options, width: Number.POSITIVE_INFINITY }
  const sentence = sanitizeLine(waitSentence(report))
  const next = waitNext(report, options.invocation)
  const well = outcome === 'done' ? palette.success : (line: string) => line
  const last =
    next === null ? wrap(sentence, screen.width).map(well) : withNextStep(sentence, next, screen, palette)
  const rows = states.length > 1 || outcome !== 'done' ? stateLines(report, screen.width, palette) : []
  const causes = outcome === 'done' ? [] : causeBlocks(diagnosis, screen, 'summary', 'wait')
  return joinBlocks([rows, ...causes, last])
}

/** Returns the step for the failed pull or, if none failed, for what is not ready. No step for a pull helps a workload that was deleted. */
function waitNext(report: WaitReport, invocation: Invocation): StepText | null {
  if (report.outcome === 'done') return null
  if (report.states.some(({ code }) => code === 'deleted')) return waitNextStep(report, invocation)
  return nextStep(decisive(report), invocation) ?? waitNextStep(report, invocation)
}

/** If the wait failed, keeps only findings with the cause that ended it, so that they determine the next step. */
function decisive({ outcome, diagnosis }: WaitReport): AdvisedDiagnosis {
  const [first] = diagnosis.findings
  const isSame = ({ cause }: { cause: string }) => outcome !== 'failed' || cause === first?.cause
  return { ...diagnosis, findings: diagnosis.findings.filter(isSame) }
}

function stateLines({ states, diagnosis }: WaitReport, width: number, palette: Palette): string[] {
  const several = inSeveral(states)
  const all = states.toSorted((one, other) => compareUrgency(other, one))
  const shown =
    all.length <= MOST_ROWS ? all : all.filter(({ status }) => status !== 'done').slice(0, MOST_ROWS)
  const rows = shown.map(state => [
    cell(subjectName(state, several)),
    state.status,
    sanitizeLine(stateText(state, diagnosis.takenAt)),
  ])
  const lines = tableLines(rows, width).flatMap((row, index) => {
    const status = shown[index]?.status
    if (status === 'done') return row.map(palette.success)
    return status === 'failed' ? row.map(line => palette.problem(line, 'error')) : row
  })
  const hidden = all.length - shown.length
  return hidden > 0 ? [...lines, `… and ${pluralize(hidden, 'more workload')}`] : lines
}
