/** Finds in a dump the workloads and pods that somebody named. */

import { UsageError } from '../../errors.ts'
import type { ScopeSubject } from '../../snapshot/snapshot.ts'
import type { NamedSubject } from '../named-subjects.ts'
import { didYouMean, nearNames } from '../near-names.ts'
import { belongsTo } from '../pods-of-subjects.ts'
import type { DumpFacts } from './facts.ts'

/** Each as it is meant here. @throws UsageError for one that the dump does not hold */
export function findSubjects(named: readonly NamedSubject[], facts: DumpFacts): ScopeSubject[] {
  return named.map(({ orPodIn, ...subject }) => {
    if (orPodIn !== undefined && facts.pods.get(`${orPodIn}/${subject.name}`) !== undefined)
      return { kind: 'Pod', name: subject.name, namespace: orPodIn }
    if (!isThere(subject, facts)) throw notThere(subject, facts)
    return subject
  })
}

/** A dump of pods alone tells of their workloads too. */
function isThere(subject: ScopeSubject, facts: DumpFacts): boolean {
  const belongs = belongsTo([subject], facts.owners.values())
  const names = [...namesOf(subject, facts)]
  return (
    names.includes(subject.name) ||
    [...facts.pods.values()].some(({ owned }) => owned !== null && belongs(owned))
  )
}

/** Of the pods, or the objects of that kind, in its namespace. */
function* namesOf({ kind, namespace }: ScopeSubject, facts: DumpFacts): Generator<string> {
  const keys = kind === 'Pod' ? [...facts.pods.keys()].map(key => `Pod ${key}`) : facts.owners.keys()
  for (const key of keys) {
    const [, of, place, name = ''] = /^(\S+) ([^/]*)\/(.*)$/.exec(key) ?? []
    if (of === kind && (namespace === null || place === namespace)) yield name
  }
}

function notThere(subject: ScopeSubject, facts: DumpFacts): UsageError {
  const { kind, name, namespace } = subject
  const near = nearNames(name, new Set(namesOf(subject, facts)))
  const where = namespace === null ? '' : ` in namespace "${namespace}"`
  return new UsageError(
    `${kind} "${name}" not found${where} in the dump${near.length === 0 ? '.' : `: ${didYouMean(near)}`}`,
  )
}
