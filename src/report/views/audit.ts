/** An audit in any of its formats. */

import type { AuditSeverity } from '../../audit/finding.ts'
import type { AuditReport } from '../../audit/report.ts'
import type { AuditFormat } from '../formats.ts'
import { auditDocument, auditJson } from '../machine/audit/document.ts'
import { renderAuditGithub } from '../machine/audit/github.ts'
import { renderAuditGitlab } from '../machine/audit/gitlab.ts'
import { renderAuditJunit } from '../machine/audit/junit.ts'
import { renderAuditMarkdown } from '../machine/audit/markdown.ts'
import { renderAuditPlain } from '../machine/audit/plain.ts'
import { renderSarif } from '../machine/audit/sarif.ts'
import { toYaml } from '../machine/data.ts'
import type { ReportOptions } from '../options.ts'
import { sanitizeLine } from '../sanitize.ts'
import { joinLines } from '../screen/block.ts'
import { paletteFor } from '../screen/palette.ts'
import { problemSentence } from '../words/audit/files.ts'
import { lastAuditLines, renderAuditScreen } from './audit/audit-screen.ts'
import { gapLines } from './gaps.ts'

export interface AuditReportOptions extends ReportOptions {
  format: AuditFormat
  failOn: AuditSeverity | 'never'
  /** Of this program. */
  version: string
  /** Flags of this run that decide what is read and by which settings, besides -f. */
  inputFlags: readonly string[]
  /** The folder that paths are shown relative to where a format needs that. */
  cwd: string
}

const RENDERERS: Record<AuditFormat, (report: AuditReport, options: AuditReportOptions) => string> = {
  table: (report, options) =>
    options.terminal ? renderAuditScreen(report, options, 'brief') : renderAuditPlain(report, false),
  wide: (report, options) =>
    options.terminal ? renderAuditScreen(report, options, 'whole') : renderAuditPlain(report, true),
  text: (report, options) => renderAuditScreen(report, options, 'brief'),
  json: report => [...auditJson(report)].join(''),
  yaml: report => toYaml(auditDocument(report)),
  sarif: (report, options) => renderSarif(report, options),
  junit: (report, { failOn }) => renderAuditJunit(report, failOn),
  github: report => renderAuditGithub(report),
  gitlab: report => renderAuditGitlab(report),
  markdown: report => renderAuditMarkdown(report),
}

/** In pieces to be written one after the other: what may be very long is never held as one text. */
export function auditPieces(report: AuditReport, options: AuditReportOptions): Iterable<string> {
  return options.format === 'json' ? auditJson(report) : [RENDERERS[options.format](report, options)]
}

/** What belongs on standard error: beside plain columns what could not be read and the summary, beside other data the files that could not be read. */
export function auditNotes(report: AuditReport, options: AuditReportOptions): string {
  const { format, terminal, width, color } = options
  if (format === 'text' || ((format === 'table' || format === 'wide') && terminal)) return ''
  const palette = paletteFor(color)
  const unread = report.unread.map(file => sanitizeLine(problemSentence(file)))
  if (format !== 'table' && format !== 'wide') return joinLines(unread)
  return joinLines([
    ...unread,
    ...gapLines(report.gaps, width, palette, 'audit'),
    ...lastAuditLines(report, options, palette),
  ])
}
