/** Renders a diagnosis in any format. */

import type { AdvisedDiagnosis } from '../../advice/add-steps.ts'
import type { Severity } from '../../diagnosis/finding.ts'
import type { DiagnosisFormat, ReportOptions } from '../formats.ts'
import { toYaml } from '../machine/data.ts'
import { diagnosisDocument, diagnosisJson } from '../machine/diagnosis-document.ts'
import { renderGithub } from '../machine/github.ts'
import { renderGitlab } from '../machine/gitlab.ts'
import { renderJunit } from '../machine/junit.ts'
import { renderMarkdown } from '../machine/markdown.ts'
import { type PlainOptions, renderNames, renderPlain } from '../machine/plain.ts'
import { escapeInJson, sanitizeLine } from '../sanitize.ts'
import { FRESH_SCREEN, joinLines, paletteFor } from '../screen/layout.ts'
import { summarySentence } from '../words/summary.ts'
import { lastLines, pullingLines, renderTable } from './diagnosis-screen.ts'
import { gapLines } from './gaps.ts'

export interface DiagnosisReportOptions extends ReportOptions {
  format: DiagnosisFormat
  /** The lowest severity that CI formats report as a failure, as for the exit code; absent: `error`. */
  failOn?: Severity | 'never'
  /** Options of plain columns, also on a terminal. */
  plain?: PlainOptions
}

const RENDERERS: Record<
  DiagnosisFormat,
  (diagnosis: AdvisedDiagnosis, options: DiagnosisReportOptions) => string
> = {
  table: (diagnosis, options) =>
    isPlain(options)
      ? renderPlain(diagnosis, 'table', options.plain)
      : renderTable(diagnosis, options, 'summary'),
  wide: (diagnosis, options) =>
    isPlain(options)
      ? renderPlain(diagnosis, 'wide', options.plain)
      : renderTable(diagnosis, options, 'full'),
  text: (diagnosis, options) => renderTable(diagnosis, options, 'summary'),
  json: (diagnosis, { invocation }) => [...diagnosisJson(diagnosis, invocation)].join(''),
  yaml: (diagnosis, { invocation }) => toYaml(diagnosisDocument(diagnosis, invocation)),
  name: (diagnosis, { plain }) => renderNames(diagnosis, plain?.sortBy),
  junit: (diagnosis, { invocation, failOn }) => renderJunit(diagnosis, invocation, failOn ?? 'error'),
  github: (diagnosis, { invocation }) => renderGithub(diagnosis, invocation),
  gitlab: (diagnosis, { invocation }) => renderGitlab(diagnosis, invocation),
  markdown: (diagnosis, { invocation }) => renderMarkdown(diagnosis, invocation),
}

function isPlain({ terminal, plain }: DiagnosisReportOptions): boolean {
  return !terminal || plain !== undefined
}

/** Returns the diagnosis as text for standard output; empty if plain columns or names have no row. */
export function renderDiagnosis(diagnosis: AdvisedDiagnosis, options: DiagnosisReportOptions): string {
  return RENDERERS[options.format](diagnosis, options)
}

/** Returns the same text in pieces to be written one after the other, so that very long output is never a single string. */
export function diagnosisPieces(
  diagnosis: AdvisedDiagnosis,
  options: DiagnosisReportOptions,
): Iterable<string> {
  return options.format === 'json'
    ? diagnosisJson(diagnosis, options.invocation)
    : [renderDiagnosis(diagnosis, options)]
}

/**
 * Returns the text for standard error with plain columns and names, which contain only findings: pulls that are taking long, what could not
 * be read, and the summary with the next step. Empty for formats that include these; GitLab's has no place for known failures.
 */
export function diagnosisNotes(diagnosis: AdvisedDiagnosis, options: DiagnosisReportOptions): string {
  const silent =
    options.format === 'name' ||
    (options.format === 'gitlab' && (diagnosis.known ?? []).length > 0) ||
    ((options.format === 'table' || options.format === 'wide') && isPlain(options))
  return silent ? notes(diagnosis, options) : ''
}

function notes(diagnosis: AdvisedDiagnosis, options: ReportOptions): string {
  const palette = paletteFor(options.color)
  const notes = [pullingLines(diagnosis, options.width), gapLines(diagnosis.gaps, options.width, palette)]
  const shown = notes.flatMap(lines => (lines.length > 0 ? [...lines, ''] : []))
  return joinLines([...shown, ...lastLines(diagnosis, options, palette)])
}

/**
 * Renders a diagnosis that is shown repeatedly: a cleared screen on a terminal, otherwise one line each time; for JSON, a compact document.
 */
export function renderWatched(
  diagnosis: AdvisedDiagnosis,
  options: ReportOptions & { format: DiagnosisFormat },
): string {
  const { format, invocation, terminal } = options
  if (format === 'json') return `${escapeInJson(JSON.stringify(diagnosisDocument(diagnosis, invocation)))}\n`
  if (terminal) return `${FRESH_SCREEN}${renderDiagnosis(diagnosis, options)}`
  return joinLines([sanitizeLine(`${diagnosis.takenAt} ${summarySentence(diagnosis, invocation)}`)])
}
