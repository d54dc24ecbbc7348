/** A wait in any of its formats: the verdict. */

import type { WaitFormat } from '../formats.ts'
import { toJson, toYaml } from '../machine/data.ts'
import { waitGithub, waitGitlab, waitJunit, waitMarkdown } from '../machine/wait-ci.ts'
import { waitDocument } from '../machine/wait-document.ts'
import type { ReportOptions } from '../options.ts'
import type { WaitReport } from '../wait-report.ts'
import { waitScreen } from './wait/wait-screen.ts'

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

/** The verdict as text for standard output, ready to write. */
export function renderWait(report: WaitReport, options: WaitReportOptions): string {
  return RENDERERS[options.format](report, options)
}
