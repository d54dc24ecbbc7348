/** Reads the events of failed pulls in an area: one request, for the server walks through all its events for each. */

import { KINDS } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import type { PodEvent } from '../../snapshot/snapshot.ts'
import { isForbidden } from '../gap.ts'
import { narrowEvent } from '../narrow/event.ts'
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

async function listEvents(reading: Reading, area: NamespaceOrAll, pod?: string): Promise<PodEvent[]> {
  const events: PodEvent[] = []
  const fieldSelector = pod === undefined ? SELECTOR : `${SELECTOR},involvedObject.name=${fieldValue(pod)}`
  await reading.list(KINDS.Event, area, { limit: 0, fieldSelector }, raw => {
    const event = narrowEvent(raw)
    if (event !== null) events.push(event)
  })
  return events
}
