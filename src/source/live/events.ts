/** Reads the events of failed pulls in an area: one request, for the server walks through all its events for each. */

import { AT_ONCE, bounded } from '../../network/bounded.ts'
import type { PodEvent } from '../../snapshot/snapshot.ts'
import { gapOf, isForbidden } from '../gap.ts'
import { narrowEvent } from '../narrow/event.ts'
import { type Area, fieldValue, noteExpiry, pathOf, type Reading } from './reading.ts'

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
  ...[
    'FailedCreatePodSandBox',
    'SandboxChanged',
    'NodeNotReady',
    'TaintManagerEviction',
    'Evicted',
    'Preempted',
  ],
]
const SELECTOR = ['involvedObject.kind=Pod', ...NOISE.map(reason => `reason!=${reason}`)].join(',')

/** Events of failed pulls, of all pods of the area or of one. Where they can't be read there is a gap. */
export async function readEvents(reading: Reading, area: Area, pod?: string): Promise<PodEvent[]> {
  try {
    return await listEvents(reading, area, pod)
  } catch (error) {
    reading.gaps.push(gapOf(error, 'events', area))
    return []
  }
}

/**
 * Events of the namespaces that hold suspects, for one who may not read them across all: the gap stays (a healthy-looking pod's
 * ephemeral container shows only in its events), but what can be known of the suspects is known.
 */
export async function readEventsOf(reading: Reading, namespaces: string[]): Promise<PodEvent[]> {
  const lists = await bounded(namespaces, AT_ONCE, async namespace => {
    try {
      return await listEvents(reading, namespace)
    } catch (error) {
      if (!isForbidden(error)) reading.gaps.push(gapOf(error, 'events', namespace))
      return []
    }
  })
  return lists.flat()
}

async function listEvents(reading: Reading, area: Area, pod?: string): Promise<PodEvent[]> {
  const events: PodEvent[] = []
  const fieldSelector = pod === undefined ? SELECTOR : `${SELECTOR},involvedObject.name=${fieldValue(pod)}`
  const result = await reading.cluster.list(
    pathOf('/api/v1', area, 'events'),
    { ...reading.abort, limit: 0, fieldSelector },
    raw => {
      const event = narrowEvent(raw)
      if (event !== null) events.push(event)
    },
  )
  noteExpiry(reading, 'events', area, result)
  return events
}
