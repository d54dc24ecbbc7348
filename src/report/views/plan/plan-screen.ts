/** A plan for a person: what is written and why, what is left and why, and last what it comes to. */

import type { AdvisedFinding } from '../../../advice/add-steps.ts'
import type { Plan } from '../../../plan/plan.ts'
import type { Gap } from '../../../snapshot/snapshot.ts'
import { groupByCause } from '../../group.ts'
import { type Invocation, ownCommand } from '../../invocation.ts'
import type { ReportOptions } from '../../options.ts'
import { visible } from '../../sanitise.ts'
import { stacked } from '../../screen/block.ts'
import { type Palette, paletteFor } from '../../screen/palette.ts'
import { labelledCommand } from '../../screen/step.ts'
import { wrap } from '../../screen/wrap.ts'
import { amount } from '../../words/count.ts'
import { declinedNext } from '../../words/declined.ts'
import { loginReach } from '../../words/login-reach.ts'
import { planSentence, scopeText } from '../../words/plan.ts'
import type { Said } from '../../words/said.ts'
import { stepsOf } from '../../words/steps.ts'
import { gapLines } from '../gaps.ts'
import { changeBlocks } from './change-blocks.ts'
import { declinedBlocks } from './declined-blocks.ts'

/** What the reader of a plan may want to know beside it. */
export interface PlanNews {
  findings: readonly AdvisedFinding[]
  gaps: readonly Gap[]
  /** What comes after the plan: it is about to be carried out, it was only to be seen, or it went to a file. */
  mode: { code: 'apply' } | { code: 'dry-run' } | { code: 'saved'; file: string; command: string }
}

/** The screen. */
export function renderPlanTable(plan: Plan, news: PlanNews, options: ReportOptions): string {
  const palette = paletteFor(options.color)
  const { width, invocation } = options
  const sheet = { plan, invocation, findings: news.findings, width, palette }
  const left = declinedBlocks(sheet)
  const blocks = [
    wrap(visible(heading(plan)), width),
    ...changeBlocks(plan, width, palette),
    ...(left.length === 0 ? [] : [[palette.dim('Left unchanged:')], ...left]),
    gapLines(news.gaps, width, palette),
    ...loginReach(plan, failingNamespaces(news)).map(text => wrap(visible(text), width)),
    lastLines(plan, news, options, palette),
  ]
  return stacked(blocks)
}

function failingNamespaces({ findings }: PlanNews): string[] {
  return [...new Set(findings.map(({ namespace }) => namespace))]
}

function heading({ cluster, scope }: Plan): string {
  const where = cluster.context === null ? cluster.server : `${cluster.context} (${cluster.server})`
  return `Plan for ${where}, ${scopeText(scope)}`
}

function lastLines(plan: Plan, news: PlanNews, options: ReportOptions, palette: Palette): string[] {
  const { width, invocation } = options
  if (plan.changes.length === 0) return nothingToWrite(plan, news, options, palette)
  const sentence = wrap(visible(planSentence(plan)), width).map(palette.strong)
  if (news.mode.code === 'apply') return sentence
  if (news.mode.code === 'saved') {
    const next = { say: `Plan saved to ${news.mode.file}. To apply it`, command: news.mode.command }
    return [...sentence, ...nextLines(next, width, palette)]
  }
  const text = `Nothing was written: this was a dry run. Without --dry-run, \`${ownCommand(invocation, 'fix')}\` applies it.`
  return [...sentence, ...wrap(text, width)]
}

function nothingToWrite(
  plan: Plan,
  { findings, gaps }: PlanNews,
  { width, invocation }: ReportOptions,
  palette: Palette,
): string[] {
  if (findings.length === 0 && plan.declined.length === 0) {
    const text = gaps.length === 0 ? 'No image pulls are failing. Nothing to fix.' : UNKNOWN
    return wrap(text, width).map(gaps.length === 0 ? palette.well : line => line)
  }
  const text =
    findings.length === 0
      ? 'Nothing to apply.'
      : `Nothing to apply: pullguard can't fix ${findings.length === 1 ? 'this problem' : `these ${amount(findings.length)} problems`}.`
  const next = nextStep(plan, findings, invocation)
  return [...wrap(text, width), ...(next === null ? [] : nextLines(next, width, palette))]
}

/** Findings without a remedy are fixed as the diagnosis says; the other reasons have their own next step. */
function nextStep(plan: Plan, findings: PlanNews['findings'], invocation: Invocation): Said | null {
  const [first] = plan.declined
  if (first === undefined) return null
  const hopeless = first.code === 'no-remedy' && findings.filter(({ remedies }) => remedies.length === 0)
  const [group] = hopeless ? groupByCause(hopeless, invocation) : []
  return group === undefined
    ? declinedNext(first, { plan, invocation })
    : stepsOf(group.findings, invocation)[0]
}

const UNKNOWN = 'Nothing to apply: no finding, but not everything could be read.'

function nextLines({ say, command }: Said, width: number, palette: Palette): string[] {
  if (command === undefined) return wrap(visible(`Next: ${say}.`), width).map(palette.strong)
  return [...wrap(visible(`${say}:`), width), ...labelledCommand('Next: ', command, width, palette.strong)]
}
