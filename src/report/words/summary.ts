/** A diagnosis in a few sentences: where it looked, how many pods fail, why, and what to do next; says so if not everything was read. */

import type { AdvisedDiagnosis, AdvisedFinding } from '../../advice/add-steps.ts'
import type { Step, StepCode } from '../../advice/step/step.ts'
import { hasClue } from '../../diagnosis/clues/clue.ts'
import type { Diagnosis, Finding } from '../../diagnosis/finding.ts'
import type { ScopeSubject } from '../../snapshot/snapshot.ts'
import { groupByCause } from '../group.ts'
import type { Invocation } from '../invocation.ts'
import { shortOf } from './causes.ts'
import { loginFixCommand } from './commands.ts'
import { minuteOf } from './duration.ts'
import { summarizeGaps } from './gaps.ts'
import { knownSentence } from './known.ts'
import { countPods, formatNumber, joinList, namedList, pluralize, shortList } from './nouns.ts'
import type { StepText } from './step-words.ts'
import { asNextStep, stepsOf } from './steps.ts'
import { pullingSentence } from './wait/pulling.ts'

type DiagnosedScope = Pick<Diagnosis, 'source' | 'scope' | 'takenAt'>

const FILES = 3
const NAMESPACES = 8

/** Returns the opening line: `Context prod (https://…), namespace web, pods with app=shop`; for a dump, its files and date. */
export function openingLine({ source, scope, takenAt }: DiagnosedScope): string {
  const labels = labelled(scope)
  return `${sourceText(source, takenAt)}, ${scopeText(scope)}${labels === '' ? '' : `, pods ${labels}`}`
}

/** `with app=shop`: which pods of these places were looked at; empty where all of them were. */
function labelled({ labelSelector }: DiagnosedScope['scope']): string {
  return labelSelector === null || labelSelector.trim() === '' ? '' : `with ${labelSelector}`
}

function scopeText({ namespaces, subjects, excludedNamespaces = [] }: DiagnosedScope['scope']): string {
  if (subjects !== undefined) return subjectsText(subjects)
  if (namespaces === null) return `all namespaces${exceptText(excludedNamespaces)}`
  return namedList('namespace', namespaces, NAMESPACES)
}

function sourceText(source: Diagnosis['source'], takenAt: string): string {
  if (source.type === 'cluster')
    return source.context === null
      ? `Server ${source.server}`
      : `Context ${source.context} (${source.server})`
  const files = shortList(
    source.files.map(file => (file === '-' ? 'standard input' : file)),
    FILES,
  )
  return `Dump ${files} (as of ${minuteOf(takenAt)})`
}

/**
 * Returns which namespaces or workloads of which cluster or dump, for use inside a sentence: `in namespace web of prod`, `in deployment
 * shop of namespace web of prod`.
 */
function searchedPlace({ source, scope }: DiagnosedScope): string {
  const { namespaces, subjects, excludedNamespaces = [] } = scope
  const whole = source.type === 'file' ? 'the dump' : (source.context ?? source.server)
  if (subjects !== undefined) {
    const several = subjects.length > 1 && subjects.every(({ kind }) => kind === 'Pod')
    return `${several ? 'among' : 'in'} ${subjectsText(subjects)} of ${whole}`
  }
  const except = exceptText(excludedNamespaces)
  if (namespaces === null)
    return source.type === 'file' && except === '' ? `in ${whole}` : `in all namespaces of ${whole}${except}`
  return `in ${namedList('namespace', namespaces)} of ${whole}`
}

function exceptText(excluded: readonly string[]): string {
  return excluded.length === 0 ? '' : ` except ${joinList(excluded)}`
}

/** Returns, for example, `deployment shop and statefulset db of namespace web`; with several namespaces, each precedes its names. */
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

const MAX_NAMESPACES = 6

/** Returns the number of failing pods per namespace, highest first: `team-0 9, team-1 9, … (10 namespaces)`. */
export function namespaceCounts(findings: readonly Finding[]): string {
  const counts = [...Map.groupBy(findings, ({ namespace }) => namespace)]
    .map(([namespace, same]) => ({ namespace, pods: countPods(same) }))
    .sort((one, other) => other.pods - one.pods)
  const shown = counts
    .slice(0, MAX_NAMESPACES)
    .map(({ namespace, pods }) => `${namespace} ${formatNumber(pods)}`)
  const more = counts.length > MAX_NAMESPACES ? ', …' : ''
  return `${shown.join(', ')}${more} (${pluralize(counts.length, 'namespace')})`
}

const MAX_CAUSES = 3

/** Returns what was found and where, in one or two sentences. */
export function summarySentence(diagnosis: AdvisedDiagnosis, invocation: Invocation): string {
  const { findings, gaps, summary } = diagnosis
  const labels = labelled(diagnosis.scope)
  const place = labels === '' ? searchedPlace(diagnosis) : `${labels} ${searchedPlace(diagnosis)}`
  const where = labels === '' ? place : `for pods ${place}`
  const known = knownSentence(diagnosis)
  if (findings.length > 0) return `${failing(diagnosis, place)}: ${causes(diagnosis, invocation)}.${known}`
  if (gaps.length > 0) {
    const things = `${pluralize(summarizeGaps(gaps).length, 'thing')} could not be read`
    const checked = summary.pods === 0 ? '' : ` (${pluralize(summary.pods, 'pod')} checked)`
    return `No failing pull found ${where}${checked}, but ${things}, so there may be failures that pullguard can't see.${known}`
  }
  if (summary.pods === 0) return noPods(diagnosis)
  // Doesn't claim that every image is there: a pull may still be running, or waiting behind another one on its node.
  const pulling = pullingSentence(diagnosis.pulling)
  const none = known === '' ? 'No image pulls' : 'No other image pulls'
  return `${none} are failing ${where} (${pluralize(summary.pods, 'pod')} checked).${pulling === '' ? '' : ` ${pulling}.`}${known}${otherNamespaces(diagnosis)}`
}

function failing({ summary: { failingPods, pods }, scope: { subjects } }: Diagnosis, place: string): string {
  const verb = failingPods === 1 ? "can't pull its images" : "can't pull their images"
  if (subjects?.length === 1 && subjects[0]?.kind === 'Pod') return `${place.replace(/^in p/, 'P')} ${verb}`
  return failingPods === pods
    ? `${pluralize(pods, 'pod')} ${place} ${verb}`
    : `${formatNumber(failingPods)} of ${pluralize(pods, 'pod')} ${place} ${verb}`
}

/** Says that there are other namespaces to check. */
function otherNamespaces({ source, scope: { namespaces, subjects } }: Diagnosis): string {
  return namespaces === null || subjects !== undefined || source.type === 'file'
    ? ''
    : ' -A checks every namespace.'
}

/** Names a selector or namespace without pods, because it may be a typo. */
function noPods(diagnosis: Diagnosis): string {
  const labels = labelled(diagnosis.scope)
  return `No pods${labels === '' ? '' : ` ${labels}`} ${searchedPlace(diagnosis)}. Nothing to diagnose.${otherNamespaces(diagnosis)}`
}

function causes({ findings }: AdvisedDiagnosis, invocation: Invocation): string {
  const alike = Map.groupBy(groupByCause(findings, invocation), shortOf)
  const parts = [...alike].map(
    ([short, groups]) => `${short} (${formatNumber(countPods(groups.flatMap(group => group.findings)))})`,
  )
  const [only] = alike.keys()
  // How many pods fail is said before.
  if (only !== undefined && alike.size === 1) return only
  const rest = parts.length - MAX_CAUSES
  const shown = withoutRepetition(rest > 0 ? parts.slice(0, MAX_CAUSES) : parts)
  return joinList(rest > 0 ? [...shown, pluralize(rest, 'more cause')] : shown)
}

/** Shortens `no answer from a (2), no answer from b (1)` to `no answer from a (2), b (1)`. */
function withoutRepetition(parts: readonly string[]): string[] {
  const beginning = (part: string | undefined) => /^.{1,60} (?:by|for|from|to|with) /.exec(part ?? '')?.[0]
  return parts.map((part, index) => {
    const own = beginning(part)
    return own !== undefined && own === beginning(parts[index - 1]) ? part.slice(own.length) : part
  })
}

/**
 * Returns the one thing to do next: the fix if it is the best first step for some pods, or else the first step of the most urgent group that
 * needs something else; null if nothing is wrong. Says how many of the failing pods it is for.
 */
export function nextStep({ findings, summary }: AdvisedDiagnosis, invocation: Invocation): StepText | null {
  const of = summary.failingPods
  const fixable = fixableFindings(findings)
  if (fixable.length > 0) {
    const step = { text: 'Give the pods a login', command: loginFixCommand(invocation, fixable) }
    const back = recreated(fixable)
    const helps = back.length > 0
    return { ...step, reach: { helps, pods: countPods(helps ? back : fixable), of } }
  }
  const [group] = groupByCause(
    findings.filter(finding => !isFixed(finding)),
    invocation,
  )
  if (group === undefined) return null
  const step = asNextStep(stepsOf(group.findings, invocation)[0])
  const [first] = group.findings[0].steps
  const meant = group.findings.filter(({ steps: [other] }) => isMeant(other, first))
  return { ...step, reach: { helps: false, pods: countPods(meant), of } }
}

/** Steps whose words name one secret or one image, so that they are not for findings that have another one. */
const OF_ONE: readonly StepCode[] = [
  'repair-secret',
  'remove-login',
  'cut-user-name',
  'foreign-user-name',
  'padded-login',
  'write-password',
  'short-lived-login',
  'remove-image',
  'remove-download',
  'correct-registry',
  'drop-default-registry',
  'correct-path',
  'drop-tag',
  'pull-by-hand',
  'preload',
  'import-image',
  'load-as-others',
  'load-image',
]

/** Whether a finding's first step is the one that is shown. */
function isMeant(other: Step, shown: Step): boolean {
  return (
    other.code === shown.code &&
    (!OF_ONE.includes(shown.code) || JSON.stringify(other) === JSON.stringify(shown))
  )
}

/** Steps that one `fix` performs for several groups at once. */
const FIXES: readonly StepCode[] = ['distribute-login', 'recreate-pods']

function isFixed({ steps: [first], clues, ofCustomController }: AdvisedFinding): boolean {
  // It deletes no pods of a controller that may not replace them.
  const isLeft = first.code === 'recreate-pods' && ofCustomController
  // What was made for one run stays as it was.
  return FIXES.includes(first.code) && !isLeft && !hasClue(clues, 'made-by')
}

/** Whether the container would keep its pod from running after a fix. */
export function outlastsFix(finding: AdvisedFinding): boolean {
  return finding.lasting && finding.containerKind !== 'ephemeral' && !isFixed(finding)
}

/** Returns the findings that a fix ends. It leaves a pod alone if another container would keep its successor from running. */
function fixableFindings(findings: readonly AdvisedFinding[]): readonly AdvisedFinding[] {
  const pods = new Set(findings.filter(outlastsFix).map(podOf))
  return findings.filter(finding => isFixed(finding) && !pods.has(podOf(finding)))
}

function podOf({ namespace, pod }: AdvisedFinding): string {
  return `${namespace}/${pod}`
}

/** Returns the findings whose pods a fix recreates: pods without a controller only if all are without one, pods of a custom one never. */
function recreated(findings: readonly AdvisedFinding[]): readonly AdvisedFinding[] {
  if (findings.every(({ workload }) => workload === null)) return findings
  return findings.filter(({ workload, ofCustomController }) => workload !== null && !ofCustomController)
}
