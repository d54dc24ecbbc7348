/** Reads failing pods and their events in all areas of a scope: all namespaces at once, or those that may be read. */

import { UsageError } from '../../errors.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import type { Pod } from '../../snapshot/pod.ts'
import type { PodEvent } from '../../snapshot/snapshot.ts'
import { gapOf, isForbidden, isNotFound } from '../gap.ts'
import { nameOf } from '../narrow/shape.ts'
import { podKey } from '../suspects.ts'
import { readEvents, readEventsOf } from './events.ts'
import { type AreaPods, readAreaPods, readPodsWhere } from './pods.ts'
import { type Area, fieldValue, noteExpiry, pathOf, type Reading } from './reading.ts'

export interface ScopePods extends AreaPods {
  events: PodEvent[]
}

/** Each namespace takes several requests of its own. */
const NAMESPACES_AT_ONCE = 6

/** Reads all namespaces; without permission for all at once those that may be read, the others are gaps. @throws ApiError */
export async function readEverywhere(reading: Reading): Promise<ScopePods> {
  try {
    return await readArea(reading, null)
  } catch (error) {
    if (!isForbidden(error)) throw error
    return readNamespaces(reading, await listNamespaces(reading), true)
  }
}

/**
 * Reads namespaces one by one. One that may not be read is a gap; where none could be and not for lack of permission, the first
 * error is thrown. @throws ApiError, UsageError for a namespace that does not exist
 */
export async function readNamespaces(
  reading: Reading,
  namespaces: string[],
  listed = false,
): Promise<ScopePods> {
  const failures: unknown[] = []
  const areas = await bounded(namespaces, NAMESPACES_AT_ONCE, async namespace => {
    try {
      const found = await readArea(reading, namespace)
      if (found.count === 0 && !listed) await assertExists(reading, namespace)
      return [found]
    } catch (error) {
      reading.gaps.push(gapOf(error, 'pods', namespace))
      failures.push(error)
      return []
    } finally {
      reading.countNamespace()
    }
  })
  const unexpected = failures.find(error => !isForbidden(error))
  if (failures.length === namespaces.length && unexpected !== undefined) throw unexpected
  const found = areas.flat()
  return {
    count: found.reduce((sum, { count }) => sum + count, 0),
    pods: found.flatMap(({ pods }) => pods),
    events: found.flatMap(({ events }) => events),
  }
}

async function readArea(reading: Reading, area: Area): Promise<ScopePods> {
  const eventGaps: Reading['gaps'] = []
  const [found, areaEvents] = await Promise.all([
    readAreaPods(reading, area),
    readEvents({ ...reading, gaps: eventGaps }, area),
  ])
  reading.gaps.push(...eventGaps)
  const forbiddenEverywhere = area === null && eventGaps.some(({ why }) => why === 'forbidden')
  const events = forbiddenEverywhere
    ? await readEventsOf(reading, [...new Set(found.pods.map(({ namespace }) => namespace))])
    : areaEvents
  const pods = [...found.pods, ...(await readEphemeral(reading, area, found.pods, events))]
  const names = new Set(pods.map(pod => podKey(pod.namespace, pod.name)))
  return {
    count: found.count,
    pods,
    events: events.filter(event => names.has(podKey(event.namespace, event.pod))),
  }
}

/** Pods whose rows look ready though an ephemeral container can't be pulled: only its events tell. */
async function readEphemeral(reading: Reading, area: Area, known: Pod[], events: PodEvent[]): Promise<Pod[]> {
  const read = new Set(known.map(pod => podKey(pod.namespace, pod.name)))
  const hidden = events.filter(
    event =>
      event.fieldPath.startsWith('spec.ephemeralContainers{') &&
      !read.has(podKey(event.namespace, event.pod)),
  )
  const byPod = new Map(hidden.map(event => [podKey(event.namespace, event.pod), event]))
  try {
    const pods = await bounded([...byPod.values()], AT_ONCE, ({ namespace, pod }) =>
      readPodsWhere(reading, namespace, `metadata.name=${fieldValue(pod)}`),
    )
    return pods.flat()
  } catch (error) {
    reading.gaps.push(gapOf(error, 'pods', area))
    return []
  }
}

async function listNamespaces(reading: Reading): Promise<string[]> {
  const names: string[] = []
  try {
    const options = { ...reading.abort, metadataOnly: true, limit: 500 }
    const result = await reading.cluster.list('/api/v1/namespaces', options, raw => {
      const name = nameOf(raw)
      if (name !== null) names.push(name)
    })
    noteExpiry(reading, 'namespaces', null, result)
    return names
  } catch (error) {
    reading.gaps.push(gapOf(error, 'namespaces', null))
    return [reading.cluster.namespace]
  }
}

/** The API server gives an empty list for a namespace that does not exist: a typing error must not look healthy. */
export async function assertExists(reading: Reading, namespace: string): Promise<void> {
  try {
    await reading.cluster.get(
      pathOf('/api/v1', null, `namespaces/${encodeURIComponent(namespace)}`),
      reading.abort,
    )
  } catch (error) {
    if (!isNotFound(error)) return
    throw new UsageError(
      `There is no namespace "${namespace}" in this cluster: \`kubectl get namespaces\` lists them.`,
    )
  }
}
