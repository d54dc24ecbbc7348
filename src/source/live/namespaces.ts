/** Reads failing pods and their events in all namespaces of a scope: at once, or one by one those that are readable. */

import { UsageError } from '../../errors.ts'
import { isForbidden, isNotFound, rethrowUnlessApiError } from '../../kubernetes/api/api-error.ts'
import { KINDS } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import { type Pod, podKey } from '../../snapshot/pod.ts'
import type { PodEvent } from '../../snapshot/snapshot.ts'
import { readEvents, readEventsOf, readProgress } from './events.ts'
import { type ListedPods, readPodsWhere, readScopePods } from './pods.ts'
import { fieldValue, type NamespaceOrAll, type Reading } from './reading.ts'

export interface ScopePods extends ListedPods {
  events: PodEvent[]
}

/** Limited because each namespace takes several requests. */
const NAMESPACES_AT_ONCE = 6

/**
 * Reads all namespaces but the excluded ones. Without permission for all at once, reads those that are allowed; the others are gaps.
 * @throws ApiError
 */
export async function readEverywhere(reading: Reading, excluded: readonly string[] = []): Promise<ScopePods> {
  try {
    return await readPodsIn(reading, null)
  } catch (error) {
    if (!isForbidden(error)) throw error
    const names = await listNamespaces(reading)
    return readNamespaces(
      reading,
      names.filter(name => !excluded.includes(name)),
      true,
    )
  }
}

/**
 * Reads namespaces one by one. A forbidden one is a gap; if all failed, and not all for lack of permission, the first other error is
 * thrown. @throws ApiError, UsageError for a namespace that does not exist
 */
export async function readNamespaces(
  reading: Reading,
  namespaces: string[],
  listed = false,
): Promise<ScopePods> {
  const failures: unknown[] = []
  const scopes = await bounded(namespaces, NAMESPACES_AT_ONCE, async namespace => {
    try {
      const found = await readPodsIn(reading, namespace)
      if (found.count === 0 && !listed) await assertExists(reading, namespace)
      return [found]
    } catch (error) {
      reading.recordGap(error, KINDS.Pod, namespace)
      failures.push(error)
      return []
    } finally {
      reading.countNamespace()
    }
  })
  const unexpected = failures.find(error => !isForbidden(error))
  if (failures.length === namespaces.length && unexpected !== undefined) throw unexpected
  const found = scopes.flat()
  return {
    count: found.reduce((sum, { count }) => sum + count, 0),
    pods: found.flatMap(({ pods }) => pods),
    events: found.flatMap(({ events }) => events),
  }
}

/** Returns the failing pods of a namespace, or of all, with their events. @throws ApiError */
export async function readPodsIn(reading: Reading, scope: NamespaceOrAll): Promise<ScopePods> {
  // If pods can't be read either, the gap of the events would only repeat theirs.
  const eventReading = reading.withOwnGaps()
  const [found, scopeEvents] = await Promise.all([
    readScopePods(reading, scope),
    readEvents(eventReading, scope),
  ])
  reading.gaps.push(...eventReading.gaps)
  const forbiddenEverywhere = scope === null && eventReading.gaps.some(({ why }) => why === 'forbidden')
  const events = forbiddenEverywhere
    ? await readEventsOf(reading, [...new Set(found.pods.map(({ namespace }) => namespace))])
    : scopeEvents
  const pods = [...found.pods, ...(await readEphemeral(reading, scope, found.pods, events))]
  const names = new Set(pods.map(pod => podKey(pod.namespace, pod.name)))
  const own = events.filter(event => names.has(podKey(event.namespace, event.pod)))
  return { count: found.count, pods, events: [...own, ...(await readProgress(reading, pods, own))] }
}

/** Returns pods whose rows look ready although an ephemeral container's image can't be pulled: only events show those. */
async function readEphemeral(
  reading: Reading,
  scope: NamespaceOrAll,
  pods: Pod[],
  events: PodEvent[],
): Promise<Pod[]> {
  const read = new Set(pods.map(pod => podKey(pod.namespace, pod.name)))
  const hidden = events.filter(
    event =>
      event.fieldPath.startsWith('spec.ephemeralContainers{') &&
      !read.has(podKey(event.namespace, event.pod)),
  )
  const byPod = new Map(hidden.map(event => [podKey(event.namespace, event.pod), event]))
  try {
    const found = await bounded([...byPod.values()], AT_ONCE, ({ namespace, pod }) =>
      readPodsWhere(reading, namespace, `metadata.name=${fieldValue(pod)}`),
    )
    return found.flat()
  } catch (error) {
    reading.recordGap(error, KINDS.Pod, scope)
    return []
  }
}

/** Returns the names of all namespaces; if listing them fails, a gap and the context's own. */
export async function listNamespaces(reading: Reading): Promise<string[]> {
  const names: string[] = []
  try {
    await reading.list(KINDS.Namespace, null, { metadataOnly: true, limit: 500 }, ({ metadata }) => {
      names.push(metadata.name)
    })
    return names
  } catch (error) {
    reading.recordGap(error, KINDS.Namespace, null)
    return [reading.namespace]
  }
}

/** Whether the namespace does not exist; one that can't be read counts as existing. */
async function isMissing(reading: Reading, namespace: string): Promise<boolean> {
  try {
    await reading.get(KINDS.Namespace, null, namespace)
    return false
  } catch (error) {
    rethrowUnlessApiError(error)
    return isNotFound(error)
  }
}

/** Throws for a namespace that does not exist. The API server returns an empty list for it, and a typo must not look healthy. */
export async function assertExists(reading: Reading, namespace: string): Promise<void> {
  if (!(await isMissing(reading, namespace))) return
  throw new UsageError(
    `There is no namespace "${namespace}" in this cluster: \`kubectl get namespaces\` lists them.`,
  )
}

/** Returns the namespaces that do not exist; one that can't be read counts as existing. @throws UnreachableError */
export async function missingNamespaces(reading: Reading, names: string[]): Promise<string[]> {
  const missing = await bounded(names, AT_ONCE, async name =>
    (await isMissing(reading, name)) ? [name] : [],
  )
  return missing.flat()
}
