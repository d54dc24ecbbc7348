/** A plan in any of its formats; for a person what is left and why, what is written and why, and last what it comes to. */

import type { AdvisedFinding } from '../../advice/add-steps.ts'
import type { Plan } from '../../plan/plan.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import type { PlanFormat } from '../formats.ts'
import { groupByCause } from '../group.ts'
import type { Invocation } from '../invocation.ts'
import { toJson, toYaml } from '../machine/data.ts'
import { renderPatch } from '../machine/patch.ts'
import type { ReportOptions } from '../options.ts'
import { sanitizeLine } from '../sanitize.ts'
import { joinBlocks } from '../screen/block.ts'
import { type Palette, paletteFor } from '../screen/palette.ts'
import { labelledCommand } from '../screen/step.ts'
import { wrap } from '../screen/wrap.ts'
import { formatNumber } from '../words/count.ts'
import { declinedNextStep } from '../words/declined.ts'
import { loginExposure, sharedLogins } from '../words/login-exposure.ts'
import { nothingFails, planSentence, scopeText } from '../words/plan.ts'
import type { StepText } from '../words/step-words.ts'
import { stepsOf } from '../words/steps.ts'
import { gapLines } from './gaps.ts'
import { changeBlocks } from './plan/change-blocks.ts'
import { declinedBlocks } from './plan/declined-blocks.ts'

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
  text: renderPlanTable,
  json: toJson,
  yaml: toYaml,
  patch: renderPatch,
}

/** What the reader of a plan may want to know beside it. */
export interface PlanReportContext {
  findings: readonly AdvisedFinding[]
  gaps: readonly Gap[]
  /** How many pods the scope has, healthy ones included; left out where that is not known. */
  pods?: number
  /** What comes after the plan: it is about to be applied, it was only shown, or it was saved to a file. */
  mode: { code: 'apply' } | { code: 'dry-run' } | { code: 'saved'; file: string; command: string }
}

/** The screen. */
function renderPlanTable(plan: Plan, context: PlanReportContext, options: ReportOptions): string {
  const palette = paletteFor(options.color)
  const { width, invocation } = options
  const view = { plan, invocation, findings: context.findings, width, palette }
  const left = declinedBlocks(view)
  const blocks = [
    wrap(sanitizeLine(heading(plan)), width),
    // What will be written stands last, right above the question.
    ...(left.length === 0 ? [] : [[palette.dim('Left unchanged:')], ...left]),
    gapLines(context.gaps, width, palette),
    ...changeBlocks(plan, width, palette),
    ...[...sharedLogins(plan), ...loginExposure(plan, failingNamespaces(context))].map(text =>
      wrap(sanitizeLine(text), width),
    ),
    lastLines(plan, context, options, palette),
  ]
  return joinBlocks(blocks)
}

function failingNamespaces({ findings }: PlanReportContext): string[] {
  return [...new Set(findings.map(({ namespace }) => namespace))]
}

function heading({ cluster, scope }: Plan): string {
  const where = cluster.context === null ? cluster.server : `${cluster.context} (${cluster.server})`
  return `Plan for ${where}, ${scopeText(scope)}`
}

function lastLines(
  plan: Plan,
  context: PlanReportContext,
  options: ReportOptions,
  palette: Palette,
): string[] {
  const { width } = options
  if (plan.changes.length === 0) return nothingToWrite(plan, context, options, palette)
  const sentence = wrap(sanitizeLine(planSentence(plan)), width).map(palette.strong)
  if (context.mode.code === 'apply') return sentence
  if (context.mode.code === 'saved') {
    const next = { text: `Plan saved to ${context.mode.file}. To apply it`, command: context.mode.command }
    return [...sentence, ...nextLines(next, width, palette)]
  }
  const text = `Nothing was written: this was a dry run. To apply the plan, run the same command without --dry-run.`
  return [...sentence, ...wrap(text, width)]
}

function nothingToWrite(
  plan: Plan,
  { findings, gaps, pods }: PlanReportContext,
  { width, invocation }: ReportOptions,
  palette: Palette,
): string[] {
  if (findings.length === 0 && plan.declined.length === 0) {
    const text = gaps.length === 0 ? nothingFails(plan.scope, pods) : UNKNOWN
    return wrap(text, width).map(gaps.length === 0 ? palette.success : line => line)
  }
  const text =
    findings.length === 0
      ? 'Nothing to apply.'
      : `Nothing to apply: pullguard can't fix ${findings.length === 1 ? 'this problem' : `these ${formatNumber(findings.length)} problems`}.`
  const next = nextStep(plan, findings, invocation)
  return [...wrap(text, width), ...(next === null ? [] : nextLines(next, width, palette))]
}

/** Findings without a remedy are fixed as the diagnosis says; the other reasons have their own next step. */
function nextStep(
  plan: Plan,
  findings: PlanReportContext['findings'],
  invocation: Invocation,
): StepText | null {
  const [first] = plan.declined
  if (first === undefined) return null
  const hopeless = first.code === 'no-remedy' && findings.filter(({ remedies }) => remedies.length === 0)
  const [group] = hopeless ? groupByCause(hopeless, invocation) : []
  return group === undefined
    ? declinedNextStep(first, { plan, invocation })
    : stepsOf(group.findings, invocation)[0]
}

const UNKNOWN = 'Nothing to apply: no finding, but not everything could be read.'

function nextLines({ text, command }: StepText, width: number, palette: Palette): string[] {
  if (command === undefined) return wrap(sanitizeLine(`Next: ${text}.`), width).map(palette.strong)
  return [
    ...wrap(sanitizeLine(`${text}:`), width),
    ...labelledCommand('Next: ', command, width, palette.strong),
  ]
}
