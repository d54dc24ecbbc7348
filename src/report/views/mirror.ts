/** `mirror` in any of its formats. */

import type { MirrorReport } from '../../mirror/report.ts'
import type { MirrorFormat } from '../formats.ts'
import { toJson, toYaml } from '../machine/data.ts'
import { mirrorDocument } from '../machine/mirror-document.ts'
import type { ReportOptions } from '../options.ts'
import { renderMirrorScreen } from './mirror-screen.ts'

export interface MirrorReportOptions extends ReportOptions {
  format: MirrorFormat
}

const RENDERERS: Record<MirrorFormat, (report: MirrorReport, options: MirrorReportOptions) => string> = {
  table: renderMirrorScreen,
  text: renderMirrorScreen,
  json: (report, { invocation }) => toJson(mirrorDocument(report, invocation)),
  yaml: (report, { invocation }) => toYaml(mirrorDocument(report, invocation)),
}

/** The report as text for standard output, ready to write. */
export function renderMirror(report: MirrorReport, options: MirrorReportOptions): string {
  return RENDERERS[options.format](report, options)
}
