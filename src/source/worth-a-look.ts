/** Decides which pods and events get into a snapshot: the same for a cluster and for a dump, so that both tell the same. */

import type { Pod } from '../snapshot/pod.ts'
import type { PodEvent } from '../snapshot/snapshot.ts'
import { couldBeFailedPull, isUntried } from './narrow/container-state.ts'

/** Events by pod, for asking one pod at a time. */
export type EventsByPod = Map<string, PodEvent[]>

export const podKey = (namespace: string, name: string): string => `${namespace}/${name}`

export function groupByPod(events: PodEvent[]): EventsByPod {
  return Map.groupBy(events, event => podKey(event.namespace, event.pod))
}

/** The pod's own events; those of an earlier pod of the same name are not. */
export function eventsOf(pod: Pod, events: EventsByPod): PodEvent[] {
  const named = events.get(podKey(pod.namespace, pod.name)) ?? []
  return named.filter(({ podUid }) => podUid === null || pod.uid === '' || podUid === pod.uid)
}

/** Whether a container of the pod waits for its image, or has not started and there are events of failed pulls. */
export function isWorthALook(pod: Pod, events: EventsByPod): boolean {
  if (hasFailedPull(pod)) return true
  return hasUntried(pod) && eventsOf(pod, events).length > 0
}

/**
 * Whether the pod could be failing, as far as itself tells. Before it has a node nobody has tried to get its images, and when it has
 * succeeded nobody will.
 */
export function couldFail(pod: Pod): boolean {
  return pod.node !== null && pod.phase !== 'Succeeded' && (hasFailedPull(pod) || hasUntried(pod))
}

/** Whether the pod's status alone shows what could be a failed pull. */
function hasFailedPull(pod: Pod): boolean {
  return pod.containers.some(container => couldBeFailedPull(container.state))
}

/** Whether a container has not started yet for a reason that the status does not tell. */
function hasUntried(pod: Pod): boolean {
  return pod.containers.some(container => container.kind !== 'volume' && isUntried(container.state))
}

/** By namespace, then name: a snapshot reads the same however the answers came in. */
export function byNamespaceAndName(
  a: { namespace: string; name: string },
  b: { namespace: string; name: string },
): number {
  return compare(a.namespace, b.namespace) || compare(a.name, b.name)
}

/** What has no namespace, by name. */
export function byName(a: { name: string }, b: { name: string }): number {
  return compare(a.name, b.name)
}

/** Oldest first within a pod. */
export function byPodAndTime(a: PodEvent, b: PodEvent): number {
  return (
    compare(a.namespace, b.namespace) ||
    compare(a.pod, b.pod) ||
    compare(a.lastSeen ?? '', b.lastSeen ?? '') ||
    compare(a.message, b.message) ||
    compare(a.fieldPath, b.fieldPath)
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
