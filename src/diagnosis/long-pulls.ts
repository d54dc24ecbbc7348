/** Finds images that have been pulling for a long time: nothing has failed yet, but it explains why a pod does not start. */

import { pullStage } from '../image/pull-messages.ts'
import { type Container, isFinished, type Pod } from '../snapshot/pod.ts'
import type { PodEvent } from '../snapshot/snapshot.ts'
import type { LongPull } from './finding.ts'
import { isAbout } from './pod-events.ts'

/** Milliseconds. Most pulls take less, and runtimes cancel a pull without progress after about as long, so a longer one is still working. */
const LONG_PULL_MS = 60_000

/**
 * The pulls of these pods that have been running for a minute or more, the longest first.
 * @param eventsOf gives a pod's own events
 * @param takenAt ISO 8601: when the events were read
 */
export function longPulls(
  pods: readonly Pod[],
  eventsOf: (pod: Pod) => PodEvent[],
  takenAt: string,
): LongPull[] {
  const place = ({ since, namespace, pod, container }: LongPull) =>
    JSON.stringify([since, namespace, pod, container])
  return pods
    .flatMap(pod => pullsOf(pod, eventsOf(pod), takenAt))
    .sort((a, b) => (place(a) < place(b) ? -1 : 1))
}

function pullsOf(pod: Pod, events: PodEvent[], takenAt: string): LongPull[] {
  if (isFinished(pod) || pod.terminating) return []
  return pod.containers.filter(waitsForItsTurn).flatMap(container => {
    const own = events.filter(event => isAbout(pod, container, event))
    const since = beginOfOpenPull(own)
    if (since === null || Date.parse(takenAt) - Date.parse(since) < LONG_PULL_MS) return []
    const { name, kind, image } = container
    return [{ namespace: pod.namespace, pod: pod.name, container: name, containerKind: kind, image, since }]
  })
}

function waitsForItsTurn({ state }: Container): boolean {
  if (state.type === 'unknown') return true
  return state.type === 'waiting' && /^(?:|ContainerCreating|PodInitializing)$/.test(state.reason)
}

/** When the newest pull began, if no later event reports its end. Times have whole seconds, so an event in the same second counts as later. */
function beginOfOpenPull(events: PodEvent[]): string | null {
  const begun = events.flatMap(({ message, lastSeen }) =>
    pullStage(message) === 'began' && lastSeen !== null ? [lastSeen] : [],
  )
  const newest = begun.sort().at(-1)
  const others = events.filter(({ message }) => pullStage(message) !== 'began')
  return newest === undefined || others.some(({ lastSeen }) => (lastSeen ?? '') >= newest) ? null : newest
}
