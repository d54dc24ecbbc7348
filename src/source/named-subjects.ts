/** Reads the pods and workloads that a command line names: POD, NAMESPACE/POD, TYPE/NAME, and TYPE NAME… as kubectl takes them. */

import { UsageError } from '../errors.ts'
import type { ScopeSubject } from '../snapshot/snapshot.ts'
import { kindNamed, parseSubjectNames } from './subject-names.ts'

/** `namespace` null: the context's; in a dump, any. */
export interface NamedSubject extends ScopeSubject {
  /** The type may also be meant as a namespace: where that has a pod of this name, the pod is meant. */
  orPodIn?: string
}

/**
 * @param namespace the one of -n
 * @throws UsageError for a word that can't be read, and for a namespace that contradicts -n
 */
export function parseSubjects(words: readonly string[], namespace: string | undefined): NamedSubject[] {
  const [first = '', ...rest] = words
  const type = words.some(word => word.includes('/')) ? null : kindNamed(first)
  if (type !== null && rest.length > 0)
    return parseSubjectNames(words).named.map(named => ({ ...named, namespace: namespace ?? null }))
  if (type !== null)
    throw new UsageError(`${first} is a type without a name: give TYPE/NAME, such as ${first}/web.`)
  return words.map(word => parseOne(word, namespace))
}

function parseOne(word: string, namespace: string | undefined): NamedSubject {
  const [first = '', second, ...more] = word.split('/')
  if (more.length > 0 || first === '' || second === '')
    throw new UsageError(
      `"${word}" names neither a pod nor a workload: give POD, NAMESPACE/POD, or TYPE/NAME.`,
    )
  if (second === undefined) return { kind: 'Pod', name: first, namespace: namespace ?? null }
  const kind = kindNamed(first)
  if (kind !== null) {
    const [named] = parseSubjectNames([word]).named
    const may = kind !== 'Pod' && !first.includes('.') && (namespace === undefined || namespace === first)
    return { kind, name: named?.name ?? second, namespace: namespace ?? null, ...(may && { orPodIn: first }) }
  }
  if (namespace !== undefined && namespace !== first)
    throw new UsageError(`"${word}" and -n ${namespace} name different namespaces: give only one.`)
  return { kind: 'Pod', name: second, namespace: first }
}
