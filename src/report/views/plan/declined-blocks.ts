/** What a plan leaves as it is, for a person: one block a reason, with the next step, and for managed objects the patch. */

import type { AdvisedFinding } from '../../../advice/add-steps.ts'
import type { Declined, Plan } from '../../../plan/plan.ts'
import { groupByCause } from '../../group.ts'
import type { Invocation } from '../../invocation.ts'
import { toYaml } from '../../machine/data.ts'
import { fragmentOf } from '../../machine/fragment.ts'
import { visible } from '../../sanitise.ts'
import { field } from '../../screen/block.ts'
import type { Palette } from '../../screen/palette.ts'
import { stepLines } from '../../screen/step.ts'
import { wrap } from '../../screen/wrap.ts'
import { titleOf } from '../../words/causes.ts'
import { amount, counted } from '../../words/count.ts'
import { declinedNext, declinedSays, declinedTitle } from '../../words/declined.ts'
import { objectName } from '../../words/plan.ts'
import { countPods } from '../../words/pods.ts'
import { stepsOf } from '../../words/steps.ts'

const ROWS = 6
const FRAGMENTS = 2

export interface DeclinedSheet {
  plan: Plan
  invocation: Invocation
  /** What the diagnosis said, for those that no remedy helps; empty where the plan comes from a file. */
  findings: readonly AdvisedFinding[]
  width: number
  palette: Palette
}

/** One block a reason. */
export function declinedBlocks(sheet: DeclinedSheet): string[][] {
  const { declined } = sheet.plan
  const helpless = declined.filter(one => one.code === 'no-remedy')
  const told = findingsOf(helpless, sheet.findings)
  const planUndoStep = helpless.filter(one => !told.some(finding => isOf(finding, one)))
  const others = [...declined.filter(one => one.code !== 'no-remedy'), ...planUndoStep]
  const alike = Map.groupBy(others, kindOf)
  return [...[...alike.values()].map(same => block(same, sheet)), ...causeBlocks(told, sheet)]
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

function block(same: Declined[], sheet: DeclinedSheet): string[] {
  const [first] = same
  if (first === undefined) return []
  const { width, palette } = sheet
  const shown = same.length <= ROWS + 1 ? same : same.slice(0, ROWS)
  const next = declinedNext(first, sheet)
  const hidden = same.length - shown.length
  return [
    ...wrap(visible(declinedTitle(first, same.length)), width).map(line => palette.trouble(line, 'warning')),
    ...shown.flatMap(one => wrap(visible(`${placeOf(one)}  ${declinedSays(one)}`), width, '    ')),
    ...(hidden === 0 ? [] : wrap(`… and ${amount(hidden)} more (-o json shows all)`, width, '    ')),
    ...(next === null ? [] : stepLines('what to do', [next], width, palette)),
    ...fragments(same, sheet),
  ]
}

function placeOf(one: Declined): string {
  if (one.code === 'terminating-namespace') return one.namespace
  if (one.code === 'unneeded-login') return one.registry
  if (one.code === 'no-credential' || one.code === 'unnamed-registry' || one.code === 'unproven-login')
    return counted(one.findings, 'finding')
  const target = one.code === 'managed' ? one.change.target : one.target
  return `${target.namespace} ${objectName(target)}`
}

/** The change in the owner's terms. */
function fragments(same: Declined[], { plan, width, palette }: DeclinedSheet): string[] {
  const managed = same.flatMap(one => (one.code === 'managed' ? [one.change] : []))
  const lines = managed.slice(0, FRAGMENTS).flatMap(change => {
    const fragment = fragmentOf(change, plan.secretName)
    if (fragment === null) return []
    const yaml = toYaml(fragment).trimEnd().split('\n')
    return ['', ...yaml.map(line => palette.dim(`      ${line}`))]
  })
  const hidden = managed.length - FRAGMENTS
  return hidden > 0
    ? [...lines, ...wrap(`… and ${amount(hidden)} more (-o patch shows all)`, width, '    ')]
    : lines
}

type Helpless = Extract<Declined, { code: 'no-remedy' }>

function isOf(finding: AdvisedFinding, { target, container }: Helpless): boolean {
  return (
    finding.namespace === target.namespace && finding.pod === target.name && finding.container === container
  )
}

function findingsOf(helpless: Helpless[], findings: readonly AdvisedFinding[]): AdvisedFinding[] {
  const wanted = new Set(
    helpless.map(({ target, container }) => `${target.namespace}/${target.name}/${container}`),
  )
  return findings.filter(({ namespace, pod, container }) => wanted.has(`${namespace}/${pod}/${container}`))
}

/** In the words that the diagnosis has for them. */
function causeBlocks(findings: AdvisedFinding[], { invocation, width, palette }: DeclinedSheet): string[][] {
  return groupByCause(findings, invocation).map(group => [
    ...wrap(visible(`${titleOf(group)}: ${counted(countPods(group.findings), 'pod')}`), width).map(line =>
      palette.trouble(line, group.findings[0].severity),
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
