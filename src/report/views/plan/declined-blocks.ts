/** What a plan leaves unchanged, for a person: one block a reason, with the next step, and for managed objects the patch. */

import type { AdvisedFinding } from '../../../advice/add-steps.ts'
import type { Declined, Plan } from '../../../plan/plan.ts'
import { groupByCause } from '../../group.ts'
import type { Invocation } from '../../invocation.ts'
import { toYaml } from '../../machine/data.ts'
import { fragmentOf } from '../../machine/fragment.ts'
import { sanitizeLine } from '../../sanitize.ts'
import { field } from '../../screen/block.ts'
import type { Palette } from '../../screen/palette.ts'
import { stepLines } from '../../screen/step.ts'
import { wrap } from '../../screen/wrap.ts'
import { titleOf } from '../../words/causes.ts'
import { countPods, formatNumber, pluralize } from '../../words/count.ts'
import { declinedDetail, declinedNextStep, declinedTitle } from '../../words/declined.ts'
import { objectName } from '../../words/plan.ts'
import { stepsOf } from '../../words/steps.ts'

const ROWS = 6
const FRAGMENTS = 2

export interface DeclinedView {
  plan: Plan
  invocation: Invocation
  /** The diagnosis of what no remedy helps; empty where the plan comes from a file. */
  findings: readonly AdvisedFinding[]
  width: number
  palette: Palette
}

/** One block a reason. */
export function declinedBlocks(view: DeclinedView): string[][] {
  const { declined } = view.plan
  const withoutRemedy = declined.filter(one => one.code === 'no-remedy')
  const found = findingsOf(withoutRemedy, view.findings)
  const withoutFinding = withoutRemedy.filter(one => !found.some(finding => isOf(finding, one)))
  const others = [...declined.filter(one => one.code !== 'no-remedy'), ...withoutFinding]
  const alike = Map.groupBy(others, kindOf)
  return [...[...alike.values()].map(same => block(same, view)), ...causeBlocks(found, view)]
}

/** What shares its headline and its next step. */
function kindOf(one: Declined): string {
  switch (one.code) {
    case 'managed':
      return JSON.stringify([one.code, one.change.managedBy])
    case 'no-credential':
    case 'unnamed-registry':
    case 'unneeded-login':
    case 'unproven-login':
      return `${one.code} ${one.registry}`
    case 'malformed-secret':
      return `${one.code} ${one.secret} ${one.target.namespace}`
    case 'custom-controller':
      return `${one.code} ${one.controller.kind}`
    case 'foreign-secret':
      return JSON.stringify([one.code, one.type, one.owner])
    case 'no-replacement':
      return `${one.code} ${one.absent}`
    case 'job-would-fail':
      return `${one.code} ${one.limit}`
    case 'no-remedy':
      return `${one.code} ${one.cause}`
    default:
      return one.code
  }
}

function block(same: Declined[], view: DeclinedView): string[] {
  const [first] = same
  if (first === undefined) return []
  const { width, palette } = view
  const shown = same.length <= ROWS + 1 ? same : same.slice(0, ROWS)
  const next = declinedNextStep(first, view)
  const hidden = same.length - shown.length
  return [
    ...wrap(sanitizeLine(declinedTitle(first, same.length)), width).map(line =>
      palette.problem(line, 'warning'),
    ),
    ...shown.flatMap(one => wrap(sanitizeLine(`${placeOf(one)}  ${declinedDetail(one)}`), width, '    ')),
    ...(hidden === 0 ? [] : wrap(`… and ${formatNumber(hidden)} more (-o json shows all)`, width, '    ')),
    ...(next === null ? [] : stepLines('what to do', [next], width, palette)),
    ...fragments(same, view),
  ]
}

function placeOf(one: Declined): string {
  if (one.code === 'terminating-namespace') return one.namespace
  if (one.code === 'unneeded-login') return one.registry
  if (one.code === 'no-credential' || one.code === 'unnamed-registry' || one.code === 'unproven-login')
    return pluralize(one.findings, 'finding')
  const target = one.code === 'managed' ? one.change.target : one.target
  return `${target.namespace} ${objectName(target)}`
}

/** The change in the owner's terms. */
function fragments(same: Declined[], { plan, width, palette }: DeclinedView): string[] {
  const managed = same.flatMap(one => (one.code === 'managed' ? [one.change] : []))
  const lines = managed.slice(0, FRAGMENTS).flatMap(change => {
    const fragment = fragmentOf(change, plan.secretName)
    if (fragment === null) return []
    const yaml = toYaml(fragment).trimEnd().split('\n')
    return ['', ...yaml.map(line => palette.dim(`      ${line}`))]
  })
  const hidden = managed.length - FRAGMENTS
  return hidden > 0
    ? [...lines, ...wrap(`… and ${formatNumber(hidden)} more (-o patch shows all)`, width, '    ')]
    : lines
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

/** In the words that the diagnosis has for them. */
function causeBlocks(findings: AdvisedFinding[], { invocation, width, palette }: DeclinedView): string[][] {
  return groupByCause(findings, invocation).map(group => [
    ...wrap(sanitizeLine(`${titleOf(group)}: ${pluralize(countPods(group.findings), 'pod')}`), width).map(
      line => palette.problem(line, group.findings[0].severity),
    ),
    ...field({ label: 'remedy', text: remedyText(group.findings) }, width),
    ...stepLines('what to do', stepsOf(group.findings, invocation).slice(0, 2), width, palette),
  ])
}

function remedyText(findings: readonly AdvisedFinding[]): string {
  return findings.some(({ remedies }) => remedies.length > 0)
    ? 'not among those chosen'
    : "none: pullguard can't fix this from the cluster"
}
