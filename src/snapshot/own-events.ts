/** Which events are a pod's own. */

import { keyOf, objectKey } from './object-key.ts'
import type { Pod } from './pod.ts'
import type { PodEvent } from './snapshot.ts'

/** Events by the name of their pod, for asking one pod at a time. */
export type EventsByPod = ReadonlyMap<string, PodEvent[]>

export function indexEvents(events: PodEvent[]): EventsByPod {
  return Map.groupBy(events, ({ namespace, pod }) => objectKey(namespace, pod))
}

/** The uids that a pod's events give: the kubelet's events of a static pod have its uid on the node, as in kubectl's describe. */
export function uidsInEvents({ uid, uidOnNode }: Pod): string[] {
  return uidOnNode === undefined ? [uid] : [uid, uidOnNode]
}

/** The pod's own events, without those of an earlier pod of the same name, which has another uid. */
export function ownEvents(pod: Pod, events: EventsByPod): PodEvent[] {
  const named = events.get(keyOf(pod)) ?? []
  const uids = uidsInEvents(pod)
  return named.filter(({ podUid }) => podUid === null || pod.uid === '' || uids.includes(podUid))
}
