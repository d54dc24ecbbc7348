/** The last line of a diagnosis: how many pods, why, and what to do next. Honest where not everything was read. */

import type { AdvisedDiagnosis } from '../../advice/add-steps.ts'
import type { StepCode } from '../../advice/step.ts'
import type { Diagnosis } from '../../diagnosis/finding.ts'
import { groupByCause } from '../group.ts'
import type { Invocation } from '../invocation.ts'
import { loginFixCommand } from './commands.ts'
import { countPods, formatNumber, joinList, pluralize } from './count.ts'
import { summarizeGaps } from './gaps.ts'
import { pullingSentence } from './pulling.ts'
import type { StepText } from './step-words.ts'
import { stepsOf } from './steps.ts'

const CAUSES_NAMED = 3

/** What was found and where it was looked for, in one sentence or two. */
export function summarySentence(diagnosis: AdvisedDiagnosis, invocation: Invocation): string {
  const { findings, gaps, summary } = diagnosis
  const place = placeOf(diagnosis)
  if (findings.length > 0) return `${failing(summary, place)}: ${causes(diagnosis, invocation)}.`
  if (gaps.length > 0) {
    const things = `${pluralize(summarizeGaps(gaps).length, 'thing')} could not be read`
    const checked = summary.pods === 0 ? '' : ` (${pluralize(summary.pods, 'pod')} checked)`
    return `No failing pull found ${place}${checked}, but ${things}: this is not a clean bill of health.`
  }
  if (summary.pods === 0) return noPods(diagnosis)
  // Not that every image is there: a pull may still be under way, or wait behind another one on its node.
  const pulling = pullingSentence(diagnosis.pulling)
  return `No image pulls are failing ${place} (${pluralize(summary.pods, 'pod')} checked).${pulling === '' ? '' : ` ${pulling}.`}${otherNamespaces(diagnosis)}`
}

function failing({ failingPods, pods }: Diagnosis['summary'], place: string): string {
  const verb = failingPods === 1 ? "can't pull its images" : "can't pull their images"
  return failingPods === pods
    ? `${pluralize(pods, 'pod')} ${place} ${verb}`
    : `${formatNumber(failingPods)} of ${pluralize(pods, 'pod')} ${place} ${verb}`
}

/** Which namespaces of which cluster or dump: `in namespace web of prod`. */
function placeOf({ source, scope: { namespaces } }: Diagnosis): string {
  const whole = source.type === 'file' ? 'the dump' : (source.context ?? source.server)
  if (namespaces === null) return source.type === 'file' ? `in ${whole}` : `in all namespaces of ${whole}`
  const nouns = namespaces.length === 1 ? 'namespace' : 'namespaces'
  return `in ${nouns} ${namespaces.join(', ')} of ${whole}`
}

/** That more could be looked at. */
function otherNamespaces({ source, scope: { namespaces } }: Diagnosis): string {
  return namespaces === null || source.type === 'file' ? '' : ' -A checks every namespace.'
}

/** A selector or a namespace that holds nothing may well be a typing error, so it is named. */
function noPods(diagnosis: Diagnosis): string {
  const { labelSelector } = diagnosis.scope
  const which = labelSelector === null ? '' : ` with ${labelSelector}`
  return `No pods${which} ${placeOf(diagnosis)}. Nothing to diagnose.${otherNamespaces(diagnosis)}`
}

function causes({ findings }: AdvisedDiagnosis, invocation: Invocation): string {
  const alike = Map.groupBy(groupByCause(findings, invocation), group => group.words.short(group))
  const parts = [...alike].map(
    ([short, groups]) => `${short} (${formatNumber(countPods(groups.flatMap(group => group.findings)))})`,
  )
  const rest = parts.length - CAUSES_NAMED
  return joinList(rest > 0 ? [...parts.slice(0, CAUSES_NAMED), pluralize(rest, 'more cause')] : parts)
}

/**
 * The one thing to do next: the fix where it is what is best done first for some, else the first step for what is most urgent; null
 * if nothing is wrong.
 */
export function nextStep({ findings }: AdvisedDiagnosis, invocation: Invocation): StepText | null {
  const fixable = findings.filter(({ steps: [first] }) => FIXES.includes(first.code))
  if (fixable.length > 0)
    return { text: 'Give the pods a credential', command: loginFixCommand(invocation, fixable) }
  const [group] = groupByCause(findings, invocation)
  return group === undefined ? null : stepsOf(group.findings, invocation)[0]
}

/** Steps that one `fix` takes for several stories at once. */
const FIXES: readonly StepCode[] = ['distribute-login', 'recreate-pods']
