/** Renders a plan in any format. For people: what stays unchanged and why, what is written and why, and a summary as the last line. */

import type { AdvisedFinding } from '../../advice/add-steps.ts'
import type { Declined, Plan } from '../../plan/plan.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import type { PlanFormat, ReportOptions } from '../formats.ts'
import { type CauseGroup, groupByCause } from '../group.ts'
import type { Invocation } from '../invocation.ts'
import { toJson, toYaml } from '../machine/data.ts'
import { renderPatch } from '../machine/patch.ts'
import { sanitizeLine } from '../sanitize.ts'
import { labelledCommand, stepLines } from '../screen/command-lines.ts'
import { joinBlocks, type Palette, paletteFor, wrap } from '../screen/layout.ts'
import { declinedDetail, declinedKind, declinedNextStep, declinedTitle } from '../words/declined.ts'
import { firstOf, formatNumber, objectName, pluralize } from '../words/nouns.ts'
import { TO_APPLY } from '../words/plan/outcomes.ts'
import { nothingFails, planSentence, scopeText } from '../words/plan/plan.ts'
import type { StepText } from '../words/step-words.ts'
import { asNextStep, stepsOf } from '../words/steps.ts'
import { briefCauseBlocks } from './brief-causes.ts'
import { gapLines } from './gaps.ts'
import { loginExposure, sharedLogins } from './login-proofs.ts'
import { changeBlocks, fragmentLines } from './plan-changes.ts'

export interface PlanReportOptions extends ReportOptions {
  format: PlanFormat
}

/** Returns the plan as text for standard output. The JSON is exactly the file that `fix --apply` reads. */
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
  patch: (plan, _context, { invocation }) => renderPatch(plan, invocation, sharedLogins(plan)),
}

/** Context for the reader of a plan. */
export interface PlanReportContext {
  findings: readonly AdvisedFinding[]
  gaps: readonly Gap[]
  /** The number of pods in scope, including healthy ones; absent if unknown. */
  pods?: number
  /** Why the plan is shown: it is about to be applied, it is a dry run, or it was saved to a file. */
  mode: { code: 'apply' } | { code: 'dry-run' } | { code: 'saved'; file: string; command: string }
}

/** Renders the screen. */
function renderPlanTable(plan: Plan, context: PlanReportContext, options: ReportOptions): string {
  const palette = paletteFor(options.color)
  const { width, invocation } = options
  const view = { plan, invocation, findings: context.findings, width, palette }
  const left = declinedBlocks(view)
  const blocks = [
    wrap(sanitizeLine(heading(plan)), width),
    // What will be written comes last, directly above the question.
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

const ROWS = 6

interface DeclinedView {
  plan: Plan
  invocation: Invocation
  /** The diagnosis of what no remedy helps; empty for a plan from a file. */
  findings: readonly AdvisedFinding[]
  width: number
  palette: Palette
}

/** Returns what is left unchanged: one block per reason, with the next step and, for managed objects, the patch. */
function declinedBlocks(view: DeclinedView): string[][] {
  const { declined } = view.plan
  const withoutRemedy = declined.filter(one => one.code === 'no-remedy')
  const found = findingsOf(withoutRemedy, view.findings)
  const withoutFinding = withoutRemedy.filter(one => !found.some(finding => isOf(finding, one)))
  const others = [...declined.filter(one => one.code !== 'no-remedy'), ...withoutFinding]
  const alike = Map.groupBy(others, declinedKind)
  return [
    ...[...alike.values()].map(same => block(same, view)),
    ...briefCauseBlocks(found, remedyOf, 2, view),
  ]
}

function block(same: Declined[], view: DeclinedView): string[] {
  const [first] = same
  if (first === undefined) return []
  const { width, palette } = view
  const shown = firstOf(same, ROWS)
  const next = declinedNextStep(first, view)
  const hidden = same.length - shown.length
  return [
    ...wrap(sanitizeLine(declinedTitle(first, same.length)), width).map(line =>
      palette.problem(line, 'warning'),
    ),
    ...shown.flatMap(one =>
      wrap(sanitizeLine(`${declinedObject(one)}  ${declinedDetail(one)}`), width, '    '),
    ),
    ...(hidden === 0 ? [] : wrap(`… and ${formatNumber(hidden)} more (-o json shows all)`, width, '    ')),
    ...(next === null ? [] : stepLines('what to do', [next], { width, palette })),
    ...fragmentLines(
      same.flatMap(one => (one.code === 'managed' ? [one.change] : [])),
      view,
    ),
  ]
}

function declinedObject(one: Declined): string {
  if (one.code === 'terminating-namespace') return one.namespace
  if (one.code === 'unneeded-login') return one.registry
  if (one.code === 'no-credential' || one.code === 'unnamed-registry' || one.code === 'unproven-login')
    return one.findings === 0 ? 'no failing pull needs it now' : pluralize(one.findings, 'failing pull')
  const target = one.code === 'managed' ? one.change.target : one.target
  return `${target.namespace} ${objectName(target)}`
}

type WithoutRemedy = Extract<Declined, { code: 'no-remedy' }>

function isOf(finding: AdvisedFinding, { target, container }: WithoutRemedy): boolean {
  return (
    finding.namespace === target.namespace && finding.pod === target.name && finding.container === container
  )
}

function findingsOf(withoutRemedy: WithoutRemedy[], findings: readonly AdvisedFinding[]): AdvisedFinding[] {
  const wanted = new Set(
    withoutRemedy.map(({ target, container }) => `${target.namespace}/${target.name}/${container}`),
  )
  return findings.filter(({ namespace, pod, container }) => wanted.has(`${namespace}/${pod}/${container}`))
}

function remedyOf({ findings }: CauseGroup): { label: string; text: string } {
  const hasRemedy = findings.some(({ remedies }) => remedies.length > 0)
  return {
    label: 'remedy',
    text: hasRemedy ? 'none of those chosen applies here' : "none: pullguard can't fix this",
  }
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
    const next = { text: `Plan saved to ${context.mode.file}`, command: context.mode.command }
    return [...sentence, ...nextLines(next, width, palette)]
  }
  return [...sentence, ...wrap(`Nothing was written: this was a dry run. ${TO_APPLY}`, width)]
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
  const next = nextStep(plan, findings, invocation)
  return [
    ...wrap(emptyText(plan, findings), width),
    ...(next === null ? [] : nextLines(next, width, palette)),
  ]
}

function emptyText({ declined }: Plan, findings: PlanReportContext['findings']): string {
  if (findings.length === 0) return 'Nothing to apply.'
  // Another scope or a flag may well fix what has a remedy.
  if (findings.some(({ remedies }) => remedies.length > 0))
    return declined.length === 0
      ? 'Nothing to apply: none of the chosen remedies changes anything here.'
      : 'Nothing to apply, for the reasons shown above.'
  return `Nothing to apply: pullguard can't fix ${findings.length === 1 ? 'this failure' : 'these failures'}.`
}

/** For findings without a remedy, or without a chosen one, returns the diagnosis' step; other reasons have their own. */
function nextStep(
  plan: Plan,
  findings: PlanReportContext['findings'],
  invocation: Invocation,
): StepText | null {
  // A login that no failing pull needs helps nothing here.
  const helpful = plan.declined.filter(one => !('findings' in one && one.findings === 0))
  const [first] = helpful.length > 0 ? helpful : plan.declined
  const isUnhelped = first === undefined || first.code === 'no-remedy'
  const unhelped = first === undefined ? findings : findings.filter(({ remedies }) => remedies.length === 0)
  const [group] = isUnhelped ? groupByCause([...unhelped], invocation) : []
  if (group !== undefined) return asNextStep(stepsOf(group.findings, invocation)[0])
  return first === undefined ? null : declinedNextStep(first, { plan, invocation })
}

const UNKNOWN = 'Nothing to apply: no finding, but not everything could be read.'

function nextLines({ text, command }: StepText, width: number, palette: Palette): string[] {
  if (command === undefined) return wrap(sanitizeLine(`Next: ${text}.`), width).map(palette.strong)
  return [
    ...wrap(sanitizeLine(`${text}.`), width),
    ...labelledCommand('Next: ', command, width, palette.strong),
  ]
}
