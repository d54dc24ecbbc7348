/** What a fix came to, in any of its formats. */

import type { PlanFormat } from '../formats.ts'
import { toJson, toYaml } from '../machine/data.ts'
import { type FixReport, fixDocument } from '../machine/fix-document.ts'
import { renderFixTable } from './fix-screen.ts'
import type { PlanReportOptions } from './plan.ts'

export type { FixReport } from '../machine/fix-document.ts'

/** The verdict as text for standard output. As a patch there is nothing to tell beside the plan, so a person's words are taken. */
export function renderFixResult(report: FixReport, options: PlanReportOptions): string {
  return RENDERERS[options.format](report, options)
}

const RENDERERS: Record<PlanFormat, (report: FixReport, options: PlanReportOptions) => string> = {
  table: renderFixTable,
  text: renderFixTable,
  json: (report, { invocation }) => toJson(fixDocument(report, invocation)),
  yaml: (report, { invocation }) => toYaml(fixDocument(report, invocation)),
  patch: renderFixTable,
}
