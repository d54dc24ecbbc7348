/** Where a diagnosis looked: which namespaces of which cluster or dump. */

import type { Diagnosis, Finding } from '../../diagnosis/finding.ts'
import type { ScopeSubject } from '../../snapshot/snapshot.ts'
import { minuteOf } from './duration.ts'
import { countPods, formatNumber, joinList, pluralize, shortList } from './nouns.ts'

type DiagnosedScope = Pick<Diagnosis, 'source' | 'scope' | 'takenAt'>

const FILES = 3
const NAMESPACES = 8

/** Returns the opening line: `Context prod (https://…), namespace web, pods with app=shop`; for a dump, its files and date. */
export function openingLine({ source, scope, takenAt }: DiagnosedScope): string {
  const labels = labelled(scope)
  return `${sourceText(source, takenAt)}, ${scopeText(scope)}${labels === '' ? '' : `, pods ${labels}`}`
}

/** `with app=shop`: which pods of these places were looked at; empty where all of them were. */
export function labelled({ labelSelector }: DiagnosedScope['scope']): string {
  return labelSelector === null || labelSelector.trim() === '' ? '' : `with ${labelSelector}`
}

function scopeText({ namespaces, subjects, excludedNamespaces = [] }: DiagnosedScope['scope']): string {
  if (subjects !== undefined) return subjectsText(subjects)
  if (namespaces === null) return `all namespaces${exceptText(excludedNamespaces)}`
  return `${namespaces.length === 1 ? 'namespace' : 'namespaces'} ${shortList(namespaces, NAMESPACES)}`
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
export function searchedPlace({ source, scope }: DiagnosedScope): string {
  const { namespaces, subjects, excludedNamespaces = [] } = scope
  const whole = source.type === 'file' ? 'the dump' : (source.context ?? source.server)
  if (subjects !== undefined) {
    const several = subjects.length > 1 && subjects.every(({ kind }) => kind === 'Pod')
    return `${several ? 'among' : 'in'} ${subjectsText(subjects)} of ${whole}`
  }
  const except = exceptText(excludedNamespaces)
  if (namespaces === null)
    return source.type === 'file' && except === '' ? `in ${whole}` : `in all namespaces of ${whole}${except}`
  const nouns = namespaces.length === 1 ? 'namespace' : 'namespaces'
  return `in ${nouns} ${namespaces.join(', ')} of ${whole}`
}

function exceptText(excluded: readonly string[]): string {
  return excluded.length === 0 ? '' : ` except ${excluded.join(', ')}`
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
