/** A plan in any of its formats. */

import type { Plan } from '../../plan/plan.ts'
import type { PlanFormat } from '../formats.ts'
import { toJson, toYaml } from '../machine/data.ts'
import { renderPatch } from '../machine/patch.ts'
import type { ReportOptions } from '../options.ts'
import { type PlanReportContext, renderPlanTable } from './plan/plan-screen.ts'

export type { PlanReportContext } from './plan/plan-screen.ts'

export interface PlanReportOptions extends ReportOptions {
  format: PlanFormat
}

/** The plan as text for standard output, ready to write. As JSON it is the very file that `fix --apply` takes. */
export function renderPlan(plan: Plan, context: PlanReportContext, options: PlanReportOptions): string {
  return RENDERERS[options.format](plan, context, options)
}

const RENDERERS: Record<
  PlanFormat,
  (plan: Plan, context: PlanReportContext, options: PlanReportOptions) => string
> = {
  table: renderPlanTable,
  json: toJson,
  yaml: toYaml,
  patch: renderPatch,
}
