/** Reads the events of failed pulls in an area: one request, for the server walks through all its events for each. Of a few pods it reads all. */

import { isSandboxFailure, sandboxImage } from '../../image/pull-messages.ts'
import { KINDS } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import type { Pod } from '../../snapshot/pod.ts'
import type { PodEvent } from '../../snapshot/snapshot.ts'
import { isForbidden, rethrowUnlessApiError } from '../gap.ts'
import { narrowEvent } from '../narrow/event.ts'
import { EVENT_SHAPE } from '../narrow/event-shape.ts'
import { couldBePulling, isProgress, podKey } from '../suspects.ts'
import { fieldValue, type NamespaceOrAll, type Reading } from './reading.ts'

/** Common reasons that never tell of a pull; a field selector can leave out many but not pick several. */
const NOISE = [
  ...[
    'Scheduled',
    'Pulling',
    'Pulled',
    'Created',
    'Started',
    'Killing',
    'Unhealthy',
    'FailedScheduling',
    'FailedMount',
  ],
  ...['SandboxChanged', 'NodeNotReady', 'TaintManagerEviction', 'Evicted', 'Preempted'],
]
const SELECTOR = ['involvedObject.kind=Pod', ...NOISE.map(reason => `reason!=${reason}`)].join(',')

/** Events of failed pulls of all pods of the area, or all about the pulls of one pod. Where they can't be read there is a gap. */
export async function readEvents(reading: Reading, area: NamespaceOrAll, pod?: string): Promise<PodEvent[]> {
  try {
    return await listEvents(reading, area, pod)
  } catch (error) {
    reading.leaveGap(error, KINDS.Event, area)
    return []
  }
}

/**
 * Events of the namespaces that hold suspects, for somebody who may not read them across all: the gap stays (a healthy-looking pod's
 * ephemeral container shows only in its events), but what can be known of the suspects is known.
 */
export async function readEventsOf(reading: Reading, namespaces: string[]): Promise<PodEvent[]> {
  const lists = await bounded(namespaces, AT_ONCE, async namespace => {
    try {
      return await listEvents(reading, namespace)
    } catch (error) {
      if (!isForbidden(error)) reading.leaveGap(error, KINDS.Event, namespace)
      return []
    }
  })
  return lists.flat()
}

/** So few pods are asked for what has become of their pulls: for each the server walks through the events of its namespace. */
const MOST = 8

/**
 * Events of pulls that are under way or done, which an area's leave out for their number: of pods whose sandbox seems to fail, and of
 * the youngest that wait, for those that have waited for hours wait for something else. No gap: they only add to what is known.
 */
export async function readProgress(reading: Reading, pods: Pod[], events: PodEvent[]): Promise<PodEvent[]> {
  const overSandbox = new Set(
    events.filter(event => isSandboxFailure(event) && sandboxImage(event.message) !== null).map(podOf),
  )
  const urgency = ({ namespace, name, createdAt }: Pod) =>
    `${overSandbox.has(podKey(namespace, name)) ? 'sandbox' : ''} ${createdAt}`
  const waiting = pods.filter(pod => couldBePulling(pod, reading.takenAt))
  waiting.sort((a, b) => (urgency(a) < urgency(b) ? 1 : -1))
  const lists = await bounded(waiting.slice(0, MOST), MOST, async ({ namespace, name }) => {
    try {
      return (await listEvents(reading, namespace, name)).filter(isProgress)
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

async function listEvents(reading: Reading, area: NamespaceOrAll, pod?: string): Promise<PodEvent[]> {
  const events: PodEvent[] = []
  const fieldSelector =
    pod === undefined ? SELECTOR : `involvedObject.kind=Pod,involvedObject.name=${fieldValue(pod)}`
  await reading.list(KINDS.Event, area, { limit: 0, shape: EVENT_SHAPE, fieldSelector }, raw => {
    const event = narrowEvent(raw)
    if (event !== null) events.push(event)
  })
  return events
}
