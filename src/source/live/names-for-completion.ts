/** Names for shell completion: namespaces, failing pods, and workloads. Read with as few requests as possible. */

import type { ClusterReader } from '../../kubernetes/api/cluster.ts'
import { KINDS } from '../../kubernetes/api/kinds.ts'
import { indexOwners } from '../../snapshot/owners.ts'
import { topmostWorkload } from '../ownership.ts'
import { kindNamed } from '../subject-names.ts'
import { pickSuspects } from '../suspects.ts'
import { readPodsIn } from './pods.ts'
import { readOwners } from './read-owners.ts'
import { Reading } from './reading.ts'

export async function namespaceNames(cluster: ClusterReader, signal: AbortSignal): Promise<string[]> {
  return (await new Reading(cluster, { signal }).names(KINDS.Namespace, null)).sort()
}

/** Returns TYPE/NAME after a type, NAMESPACE/POD after another word, else the failing pods and the workloads above them. */
export async function failingNames(
  cluster: ClusterReader,
  typed: string,
  signal: AbortSignal,
): Promise<{ value: string; about?: string }[]> {
  const reading = new Reading(cluster, { signal })
  const slash = typed.indexOf('/')
  const first = typed.slice(0, Math.max(0, slash))
  const kind = slash < 0 ? null : kindNamed(first)
  if (kind !== null)
    return (await reading.names(KINDS[kind], reading.namespace)).sort().map(name => ({
      value: `${first}/${name}`,
    }))
  const found = await readPodsIn(reading, slash < 0 ? cluster.namespace : first)
  const { failing } = pickSuspects(found, { takenAt: reading.takenAt, isNamed: false })
  if (slash >= 0) return failing.map(({ name }) => ({ value: `${first}/${name}`, about: 'failing' }))
  const owners = indexOwners((await readOwners(reading, failing)).links)
  const workloads = new Set(failing.flatMap(pod => topmostWorkload(pod, owners) ?? []))
  return [
    ...failing.map(({ name }) => ({ value: name, about: 'failing pod' })),
    ...[...workloads].sort().map(value => ({ value, about: 'has failing pods' })),
  ]
}
