/** Which events are a pod's own. */

import { type Pod, podKey } from './pod.ts'
import type { PodEvent } from './snapshot.ts'

/** Events by the name of their pod, for asking one pod at a time. */
export type EventsByPod = ReadonlyMap<string, PodEvent[]>

export function indexEvents(events: PodEvent[]): EventsByPod {
  return Map.groupBy(events, ({ namespace, pod }) => podKey(namespace, pod))
}

/** The pod's own events, without those of an earlier pod of the same name, which has another uid. */
export function ownEvents({ namespace, name, uid }: Pod, events: EventsByPod): PodEvent[] {
  const named = events.get(podKey(namespace, name)) ?? []
  return named.filter(({ podUid }) => podUid === null || uid === '' || podUid === uid)
}
