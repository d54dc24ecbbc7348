/** Reads objects that are known by name, in the cheaper way: a page or two of the whole list, or one by one. */

import { ApiError } from '../../kubernetes/api/api-error.ts'
import type { KubernetesObject } from '../../kubernetes/api/cluster.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import { gapOf, isNotFound } from '../gap.ts'
import { nameOf, namespaceOf } from '../narrow/shape.ts'
import { type Area, noteExpiry, pathOf, type Reading } from './reading.ts'

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

/** Names still to be found, by namespace and name. */
type Wanted = Map<string, ObjectName>

export const nameKey = ({ namespace, name }: ObjectName): string => `${namespace}/${name}`

/** Hands each object that exists to `visit`. One that is gone is no matter; one that can't be read leaves a gap. */
export async function readNamed(
  reading: Reading,
  kind: ResourceKind,
  names: ObjectName[],
  visit: (object: KubernetesObject) => void,
): Promise<void> {
  const wanted: Wanted = new Map(names.map(name => [nameKey(name), name]))
  if (wanted.size > FEW && (await readFromList(reading, kind, wanted, visit))) return
  await bounded([...wanted.values()], AT_ONCE, async name => {
    const object = await getNamed(reading, kind, name)
    if (object !== null) visit(object)
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

/** True if nothing is left to ask for: all were found, or the list was read to its end and what it did not hold does not exist. */
async function readFromList(
  reading: Reading,
  { prefix, resource, what, metadataOnly }: ResourceKind,
  wanted: Wanted,
  visit: (object: KubernetesObject) => void,
): Promise<boolean> {
  const area = areaOf(wanted)
  const enough = new AbortController()
  const signals = [enough.signal, ...(reading.abort.signal ? [reading.abort.signal] : [])]
  const options = { metadataOnly, limit: PAGE, signal: AbortSignal.any(signals) }
  let left = Math.max(PAGE, wanted.size * LISTED_FOR_ONE_SINGLE)
  try {
    const result = await reading.cluster.list(pathOf(prefix, area, resource), options, object => {
      if (wanted.delete(nameKey({ namespace: namespaceOf(object), name: nameOf(object) ?? '' })))
        visit(object)
      left -= 1
      if (left < 0 || wanted.size === 0) enough.abort()
    })
    noteExpiry(reading, what, area, result)
    return true
  } catch (error) {
    if (!enough.signal.aborted && !(error instanceof ApiError)) throw error
    return wanted.size === 0
  }
}

function areaOf(wanted: Wanted): Area {
  const [first, ...others] = new Set([...wanted.values()].map(({ namespace }) => namespace))
  return others.length === 0 ? (first ?? null) : null
}
