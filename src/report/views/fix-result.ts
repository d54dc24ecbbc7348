/** What a fix came to, in any of its formats. */

import { toJson, toYaml } from '../machine/data.ts'
import { type FixReport, fixDocument } from '../machine/fix-document.ts'
import { renderFixTable } from './fix-result/fix-screen.ts'
import type { PlanReportOptions } from './plan.ts'

export type { FixReport } from '../machine/fix-document.ts'

/** The verdict as text for standard output. As a patch there is nothing to tell beside the plan, so a person's words are taken. */
export function renderFixResult(report: FixReport, options: PlanReportOptions): string {
  switch (options.format) {
    case 'json':
      return toJson(fixDocument(report, options.invocation))
    case 'yaml':
      return toYaml(fixDocument(report, options.invocation))
    case 'table':
    case 'patch':
      return renderFixTable(report, options)
  }
}
