/** A plan in any of its formats. */

import type { Plan } from '../../plan/plan.ts'
import { toJson, toYaml } from '../machine/data.ts'
import { renderPatch } from '../machine/patch.ts'
import type { ReportOptions } from '../options.ts'
import { type PlanNews, renderPlanTable } from './plan/plan-screen.ts'

export type { PlanNews } from './plan/plan-screen.ts'

export type PlanFormat = 'table' | 'json' | 'yaml' | 'patch'

export interface PlanReportOptions extends ReportOptions {
  format: PlanFormat
}

/** The plan as text for standard output, ready to write. As JSON it is the very file that `fix --apply` takes. */
export function renderPlan(plan: Plan, news: PlanNews, options: PlanReportOptions): string {
  switch (options.format) {
    case 'table':
      return renderPlanTable(plan, news, options)
    case 'json':
      return toJson(plan)
    case 'yaml':
      return toYaml(plan)
    case 'patch':
      return renderPatch(plan)
  }
}
