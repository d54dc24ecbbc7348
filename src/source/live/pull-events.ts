/** Reads the events of failed pulls, and of pulls in progress where they add detail. */

import { isPullProgress, isSandboxFailure } from '../../image/pull-messages.ts'
import { sandboxImage } from '../../image/sandbox-image.ts'
import { isForbidden, rethrowUnlessApiError } from '../../kubernetes/api/api-error.ts'
import { KINDS } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import { compareText } from '../../order.ts'
import { objectKey } from '../../snapshot/object-key.ts'
import type { Pod } from '../../snapshot/pod.ts'
import type { PodEvent } from '../../snapshot/snapshot.ts'
import { narrowEvent } from '../narrow/event.ts'
import { EVENT_SHAPE } from '../narrow/protobuf-shapes.ts'
import { couldBePulling, mayPullAgain } from '../suspects.ts'
import { fieldValue, type NamespaceOrAll, type Reading } from './reading.ts'

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
export async function readEventsOf(reading: Reading, namespaces: string[]): Promise<PodEvent[]> {
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
 * the most recent pods that wait or whose pull was canceled, because a pod that has waited for hours waits for something else. Errors leave no gap: these events only
 * add detail.
 */
export async function readProgress(reading: Reading, pods: Pod[], events: PodEvent[]): Promise<PodEvent[]> {
  const overSandbox = new Set(
    events.filter(event => isSandboxFailure(event) && sandboxImage(event.message) !== null).map(podOf),
  )
  const urgency = ({ namespace, name, createdAt }: Pod) =>
    `${overSandbox.has(objectKey(namespace, name)) ? 'sandbox' : ''} ${createdAt}`
  const waiting = pods.filter(pod => couldBePulling(pod, reading.takenAt) || mayPullAgain(pod))
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
  return objectKey(namespace, pod)
}

function listEvents(reading: Reading, scope: NamespaceOrAll, pod?: string): Promise<PodEvent[]> {
  const fieldSelector =
    pod === undefined ? FAILED_PULLS : `involvedObject.kind=Pod,involvedObject.name=${fieldValue(pod)}`
  return reading.listed(KINDS.Event, scope, { limit: 0, shape: EVENT_SHAPE, fieldSelector }, narrowEvent)
}
