/** Where a diagnosis looked: which namespaces of which cluster or dump. */

import type { Diagnosis, Finding } from '../../diagnosis/finding.ts'
import { countPods, formatNumber, pluralize, shortList } from './count.ts'

type Looked = Pick<Diagnosis, 'source' | 'scope' | 'takenAt'>

const FILES = 3
const NAMESPACES = 8

/** The opening line: `Context prod (https://…), namespace web, pods with app=shop`; for a dump its files and its date. */
export function openingLine({ source, scope, takenAt }: Looked): string {
  const { namespaces, labelSelector } = scope
  const labels = labelSelector === null ? '' : `, pods with ${labelSelector}`
  const where =
    namespaces === null
      ? 'all namespaces'
      : `${namespaces.length === 1 ? 'namespace' : 'namespaces'} ${shortList(namespaces, NAMESPACES)}`
  return `${sourceText(source, takenAt)}, ${where}${labels}`
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
  return `Dump ${files} (as of ${takenAt.slice(0, 16).replace('T', ' ')} UTC)`
}

/** Which namespaces of which cluster or dump, inside a sentence: `in namespace web of prod`. */
export function placeOf({ source, scope: { namespaces } }: Looked): string {
  const whole = source.type === 'file' ? 'the dump' : (source.context ?? source.server)
  if (namespaces === null) return source.type === 'file' ? `in ${whole}` : `in all namespaces of ${whole}`
  const nouns = namespaces.length === 1 ? 'namespace' : 'namespaces'
  return `in ${nouns} ${namespaces.join(', ')} of ${whole}`
}

const COUNTED = 6

/** How many pods fail in each namespace, most first: `team-0 9, team-1 9, … (10 namespaces)`. */
export function namespaceCounts(findings: readonly Finding[]): string {
  const counts = [...Map.groupBy(findings, ({ namespace }) => namespace)]
    .map(([namespace, same]) => ({ namespace, pods: countPods(same) }))
    .sort((one, other) => other.pods - one.pods)
  const shown = counts.slice(0, COUNTED).map(({ namespace, pods }) => `${namespace} ${formatNumber(pods)}`)
  const more = counts.length > COUNTED ? ', …' : ''
  return `${shown.join(', ')}${more} (${pluralize(counts.length, 'namespace')})`
}
