/** The last line of a diagnosis: how many pods, why, and what to do next. Honest where not everything was read. */

import type { AdvisedDiagnosis } from '../../advice/add-steps.ts'
import type { StepCode } from '../../advice/step.ts'
import type { Diagnosis } from '../../diagnosis/finding.ts'
import type { ScopeSubject } from '../../snapshot/snapshot.ts'
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
  if (findings.length > 0) return `${failing(diagnosis, place)}: ${causes(diagnosis, invocation)}.`
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

function failing({ summary: { failingPods, pods }, scope: { subjects } }: Diagnosis, place: string): string {
  const verb = failingPods === 1 ? "can't pull its images" : "can't pull their images"
  if (subjects?.length === 1 && subjects[0]?.kind === 'Pod') return `${place.replace(/^in p/, 'P')} ${verb}`
  return failingPods === pods
    ? `${pluralize(pods, 'pod')} ${place} ${verb}`
    : `${formatNumber(failingPods)} of ${pluralize(pods, 'pod')} ${place} ${verb}`
}

/** Which namespaces or workloads of which cluster or dump: `in namespace web of prod`, `in deployment shop of namespace web of prod`. */
function placeOf({ source, scope }: Diagnosis): string {
  const { namespaces, subjects, excludedNamespaces = [] } = scope
  const whole = source.type === 'file' ? 'the dump' : (source.context ?? source.server)
  if (subjects !== undefined) {
    const several = subjects.length > 1 && subjects.every(({ kind }) => kind === 'Pod')
    return `${several ? 'among' : 'in'} ${subjectsText(subjects)} of ${whole}`
  }
  const except = excludedNamespaces.length === 0 ? '' : ` except ${excludedNamespaces.join(', ')}`
  if (namespaces === null)
    return source.type === 'file' && except === '' ? `in ${whole}` : `in all namespaces of ${whole}${except}`
  const nouns = namespaces.length === 1 ? 'namespace' : 'namespaces'
  return `in ${nouns} ${namespaces.join(', ')} of ${whole}`
}

/** `deployment shop and statefulset db of namespace web`; with several namespaces each before its name. */
function subjectsText(subjects: readonly ScopeSubject[]): string {
  const [namespace, ...others] = new Set(subjects.map(subject => subject.namespace))
  const one = others.length === 0
  const names = subjects.map(subject => {
    const prefix = one || subject.namespace === null ? '' : `${subject.namespace}/`
    return `${subject.kind.toLowerCase()} ${prefix}${subject.name}`
  })
  const list = joinList(names)
  return one && namespace != null ? `${list} of namespace ${namespace}` : list
}

/** That more could be looked at. */
function otherNamespaces({ source, scope: { namespaces, subjects } }: Diagnosis): string {
  return namespaces === null || subjects !== undefined || source.type === 'file'
    ? ''
    : ' -A checks every namespace.'
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
