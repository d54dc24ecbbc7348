/** What a pod's events report about its pulls: what failed, and which images have been pulling for a long time. */

import { isPullProgress, isSandboxFailure, messageOpening, pullStage } from '../image/pull-messages.ts'
import { sandboxImage } from '../image/sandbox-image.ts'
import { byText } from '../order.ts'
import { type EventsByPod, ownEvents } from '../snapshot/own-events.ts'
import { type Container, type ContainerKind, isEnding, isUntried, type Pod } from '../snapshot/pod.ts'
import type { PodEvent } from '../snapshot/snapshot.ts'
import type { LongPull } from './finding.ts'

const FIELDS: Record<ContainerKind, string | null> = {
  container: 'containers',
  init: 'initContainers',
  sidecar: 'initContainers',
  ephemeral: 'ephemeralContainers',
  volume: null,
  sandbox: null,
}

/** How the kubelet's messages about failed pulls start; the reason `Failed` is used for failed starts, too. */
const PULL_FAILURE = messageOpening(
  "failed to (?:re-?)?(?:pull|inspect|apply default)|(?:couldn't|could not) parse image|container image ",
)
const NAMED_IMAGE = /\bimage (?:tag |reference |name )?"([^"]*)"/i

/** The events that report problems of this container, oldest first. */
export function eventsOfContainer(pod: Pod, container: Container, events: PodEvent[]): PodEvent[] {
  return events
    .filter(event => isAbout(pod, container, event) && !isPullProgress(event))
    .sort(byText(({ lastSeen }) => lastSeen ?? ''))
}

/** Whether the event reports a failed attempt to pull. */
export function reportsFailedPull(event: PodEvent): boolean {
  if (isSandboxFailure(event)) return sandboxImage(event.message) !== null
  if (event.reason === 'InspectFailed' || event.reason === 'ErrImageNeverPull') return true
  return (
    pullStage(event.message) === 'failed' || (event.reason === 'Failed' && PULL_FAILURE.test(event.message))
  )
}

const START_FAILURE = messageOpening('error: ')

/** Whether a `Failed` event may be about a pull: messages about failed starts begin with `Error: `. */
export function mayReportFailedPull({ reason, message }: PodEvent): boolean {
  return reason === 'Failed' && !START_FAILURE.test(message)
}

/** Whether the event reports that the kubelet waits before it pulls again. */
export function reportsBackOff(event: PodEvent): boolean {
  return pullStage(event.message) === 'back-off'
}

/** Whether the event is about this container: by its field path, or for an event about the whole pod, by the image in its message. */
function isAbout(pod: Pod, container: Container, event: PodEvent): boolean {
  if (isSandboxFailure(event)) return false
  const field = FIELDS[container.kind]
  if (event.fieldPath !== '') return field !== null && event.fieldPath === `spec.${field}{${container.name}}`
  const image = NAMED_IMAGE.exec(event.message)?.[1] ?? ''
  if (image !== '') return image === container.image || image === `${container.image}:latest`
  return pod.containers.length === 1
}

/** Milliseconds. Most pulls take less, and runtimes cancel a pull without progress after about as long: longer ones are progressing. */
const LONG_PULL_MS = 60_000

/**
 * The pulls of these pods that have been running for a minute or more, the longest first.
 * @param takenAt ISO 8601: when the events were read
 */
export function longPulls(pods: readonly Pod[], events: EventsByPod, takenAt: string): LongPull[] {
  const place = ({ since, namespace, pod, container }: LongPull) =>
    JSON.stringify([since, namespace, pod, container])
  return pods.flatMap(pod => pullsOf(pod, ownEvents(pod, events), takenAt)).sort(byText(place))
}

function pullsOf(pod: Pod, events: PodEvent[], takenAt: string): LongPull[] {
  if (isEnding(pod)) return []
  return pod.containers
    .filter(({ state }) => isUntried(state))
    .flatMap(container => {
      const since = openPullSince(pod, container, events, takenAt)
      if (since === null) return []
      const { name, kind, image } = container
      return [{ namespace: pod.namespace, pod: pod.name, container: name, containerKind: kind, image, since }]
    })
}

/** When a pull of the container began that has been running for a minute or more; null if none has. */
export function openPullSince(
  pod: Pod,
  container: Container,
  events: PodEvent[],
  takenAt: string,
): string | null {
  const since = beginOfOpenPull(events.filter(event => isAbout(pod, container, event)))
  return since === null || Date.parse(takenAt) - Date.parse(since) < LONG_PULL_MS ? null : since
}

/** When the newest pull began, if no later event reports its end. Times are whole seconds: an event in the same second counts as later. */
function beginOfOpenPull(events: PodEvent[]): string | null {
  const begun = events.flatMap(({ message, lastSeen }) =>
    pullStage(message) === 'began' && lastSeen !== null ? [lastSeen] : [],
  )
  const newest = begun.sort().at(-1)
  const others = events.filter(({ message }) => pullStage(message) !== 'began')
  return newest === undefined || others.some(({ lastSeen }) => (lastSeen ?? '') >= newest) ? null : newest
}
