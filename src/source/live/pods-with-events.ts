/** Reads the failing pods of a namespace, or of all, with the events of their failed pulls, and which namespaces exist. */

import { UsageError } from '../../errors.ts'
import { isPullProgress, isSandboxFailure, sandboxImage } from '../../image/pull-messages.ts'
import { isForbidden, isNotFound, rethrowUnlessApiError } from '../../kubernetes/api/api-error.ts'
import { KINDS } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import { compareText } from '../../order.ts'
import { type Pod, podKey } from '../../snapshot/pod.ts'
import type { PodEvent } from '../../snapshot/snapshot.ts'
import { EVENT_SHAPE } from '../narrow/protobuf-shapes.ts'
import { couldBePulling, narrowEvent } from '../suspects.ts'
import { type ListedPods, readPodsWhere, readScopePods } from './pods.ts'
import { fieldValue, type NamespaceOrAll, type Reading } from './reading.ts'

export interface ScopePods extends ListedPods {
  events: PodEvent[]
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

/** Common reasons of events that are never about a pull. */
export const UNRELATED_REASONS = [
  'Scheduled',
  'Created',
  'Started',
  'Killing',
  'Unhealthy',
  'FailedScheduling',
  'FailedMount',
  'SandboxChanged',
  'NodeNotReady',
  'TaintManagerEviction',
  'Evicted',
  'Preempted',
]

/** Selects events of pods without these reasons; a field selector can exclude many reasons but not select several. */
export function podEventsWithout(reasons: readonly string[]): string {
  return ['involvedObject.kind=Pod', ...reasons.map(reason => `reason!=${reason}`)].join(',')
}

/** Selects events of failed pulls. */
const FAILED_PULLS = podEventsWithout([...UNRELATED_REASONS, 'Pulling', 'Pulled'])

/** Returns events of failed pulls of all pods of the scope, or all events about the pulls of one pod. Unreadable events are a gap. */
export async function readEvents(reading: Reading, scope: NamespaceOrAll, pod?: string): Promise<PodEvent[]> {
  try {
    return await listEvents(reading, scope, pod)
  } catch (error) {
    reading.recordGap(error, KINDS.Event, scope)
    return []
  }
}

/**
 * Returns events of the namespaces with suspects, for users who are not allowed to list events in all namespaces. The gap remains: a
 * failing ephemeral container of a healthy-looking pod shows only in its events.
 */
async function readEventsOf(reading: Reading, namespaces: string[]): Promise<PodEvent[]> {
  const lists = await bounded(namespaces, AT_ONCE, async namespace => {
    try {
      return await listEvents(reading, namespace)
    } catch (error) {
      if (!isForbidden(error)) reading.recordGap(error, KINDS.Event, namespace)
      return []
    }
  })
  return lists.flat()
}

/** The limit of pods whose pull progress is read: for each pod, the server scans all events of the namespace. */
const MAX_PODS = 8

/**
 * Returns events of pulls in progress or completed, of which a scope has too many to list: for pods whose sandbox seems to fail, and for
 * the most recent waiting pods, because a pod that has waited for hours waits for something else. Errors leave no gap: these events only
 * add detail.
 */
async function readProgress(reading: Reading, pods: Pod[], events: PodEvent[]): Promise<PodEvent[]> {
  const overSandbox = new Set(
    events.filter(event => isSandboxFailure(event) && sandboxImage(event.message) !== null).map(podOf),
  )
  const urgency = ({ namespace, name, createdAt }: Pod) =>
    `${overSandbox.has(podKey(namespace, name)) ? 'sandbox' : ''} ${createdAt}`
  const waiting = pods.filter(pod => couldBePulling(pod, reading.takenAt))
  waiting.sort((a, b) => compareText(urgency(b), urgency(a)))
  const lists = await bounded(waiting.slice(0, MAX_PODS), MAX_PODS, async ({ namespace, name }) => {
    try {
      return (await listEvents(reading, namespace, name)).filter(isPullProgress)
    } catch (error) {
      rethrowUnlessApiError(error)
      return []
    }
  })
  return lists.flat()
}

function podOf({ namespace, pod }: PodEvent): string {
  return podKey(namespace, pod)
}

async function listEvents(reading: Reading, scope: NamespaceOrAll, pod?: string): Promise<PodEvent[]> {
  const events: PodEvent[] = []
  const fieldSelector =
    pod === undefined ? FAILED_PULLS : `involvedObject.kind=Pod,involvedObject.name=${fieldValue(pod)}`
  await reading.list(KINDS.Event, scope, { limit: 0, shape: EVENT_SHAPE, fieldSelector }, raw => {
    const event = narrowEvent(raw)
    if (event !== null) events.push(event)
  })
  return events
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
