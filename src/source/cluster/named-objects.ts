/** Reads objects that are known by name, in the cheaper way: a page or two of the whole list, or one by one. */

import { ApiError } from '../../kubernetes/api-error.ts'
import { AT_ONCE, bounded } from '../../kubernetes/bounded.ts'
import type { KubernetesObject } from '../../kubernetes/cluster.ts'
import { gapOf, isNotFound } from '../gap.ts'
import { nameOf, namespaceOf } from '../narrow/shape.ts'
import { type Area, pathOf, type Reading } from './reading.ts'

export interface ResourceKind {
  /** `/api/v1` or `/apis/GROUP/VERSION`. */
  prefix: string
  /** Plural, as in paths. */
  resource: string
  /** As kubectl prints it: `replicasets.apps`. */
  what: string
  metadataOnly: boolean
}

export interface ObjectName {
  namespace: string
  name: string
}

/** So few are read one by one without trying a list. */
const FEW = 16
const PAGE = 500
/** A listed object costs the server far less than one asked for alone; so the list may hold this many others for each one wanted. */
const LISTED_FOR_ONE_SINGLE = 5

/** Hands each object that exists to `visit`. One that is gone is no matter; one that can't be read leaves a gap. */
export async function readNamed(
  reading: Reading,
  kind: ResourceKind,
  names: ObjectName[],
  visit: (object: KubernetesObject, name: ObjectName) => void,
): Promise<void> {
  const wanted = new Map(names.map(name => [`${name.namespace}/${name.name}`, name]))
  const found = (object: KubernetesObject) => {
    const key = `${namespaceOf(object)}/${nameOf(object)}`
    const name = wanted.get(key)
    if (name !== undefined && wanted.delete(key)) visit(object, name)
  }
  if (wanted.size > FEW && (await readFromList(reading, kind, wanted, found))) return
  await bounded([...wanted.values()], AT_ONCE, async name => {
    const object = await getNamed(reading, kind, name)
    if (object !== null) visit(object, name)
  })
}

/** One object, or null where it is gone or can't be read; the latter leaves a gap. */
async function getNamed(
  reading: Reading,
  { prefix, resource, what, metadataOnly }: ResourceKind,
  { namespace, name }: ObjectName,
): Promise<KubernetesObject | null> {
  const path = `${pathOf(prefix, namespace, resource)}/${encodeURIComponent(name)}`
  try {
    return await reading.cluster.get(path, { ...reading.abort, metadataOnly })
  } catch (error) {
    if (!isNotFound(error)) reading.gaps.push(gapOf(error, what, namespace))
    return null
  }
}

/** True if the list was read to its end, so that what it did not hold does not exist. Else the caller asks one by one. */
async function readFromList(
  reading: Reading,
  { prefix, resource, metadataOnly }: ResourceKind,
  wanted: Map<string, ObjectName>,
  found: (object: KubernetesObject) => void,
): Promise<boolean> {
  const namespaces = new Set([...wanted.values()].map(({ namespace }) => namespace))
  const area: Area = namespaces.size === 1 ? ([...namespaces][0] ?? null) : null
  const enough = new AbortController()
  const signal = reading.abort.signal ? AbortSignal.any([reading.abort.signal, enough.signal]) : enough.signal
  let left = Math.max(PAGE, wanted.size * LISTED_FOR_ONE_SINGLE)
  try {
    await reading.cluster.list(
      pathOf(prefix, area, resource),
      { metadataOnly, limit: PAGE, signal },
      object => {
        left -= 1
        if (left < 0) enough.abort()
        found(object)
      },
    )
    return true
  } catch (error) {
    if (enough.signal.aborted || error instanceof ApiError) return false
    throw error
  }
}
