/** Finds the events about one container's pull, and tells what they report. */

import { isSandboxFailure, pullStage, sandboxImage } from '../image/pull-messages.ts'
import type { Container, ContainerKind, Pod } from '../snapshot/pod.ts'
import type { PodEvent } from '../snapshot/snapshot.ts'

const FIELDS: Record<ContainerKind, string | null> = {
  container: 'containers',
  init: 'initContainers',
  sidecar: 'initContainers',
  ephemeral: 'ephemeralContainers',
  volume: null,
  sandbox: null,
}

/** How the kubelet's messages about failed pulls start; the reason `Failed` is used for failed starts, too. */
const PULL_FAILURE =
  /^(?:\(combined from similar events\): )?(?:failed to (?:re-?)?(?:pull|inspect|apply default)|(?:couldn't|could not) parse image|container image )/i
const NAMED_IMAGE = /\bimage (?:tag |reference |name )?"([^"]*)"/i

/** The events of this pod, without those of an earlier pod of the same name, which has another uid. */
export function eventsOfPod(pod: Pod, events: PodEvent[]): PodEvent[] {
  return events.filter(
    event =>
      event.namespace === pod.namespace &&
      event.pod === pod.name &&
      (event.podUid === null || pod.uid === '' || event.podUid === pod.uid),
  )
}

/** The events that report problems of this container, oldest first. */
export function eventsOfContainer(pod: Pod, container: Container, events: PodEvent[]): PodEvent[] {
  return events
    .filter(event => isAbout(pod, container, event) && !isProgress(event))
    .sort((a, b) => compare(a.lastSeen ?? '', b.lastSeen ?? ''))
}

/** Whether the event reports a failed attempt to pull. */
export function reportsFailedPull(event: PodEvent): boolean {
  if (isSandboxFailure(event)) return sandboxImage(event.message) !== null
  if (event.reason === 'InspectFailed' || event.reason === 'ErrImageNeverPull') return true
  return (
    pullStage(event.message) === 'failed' || (event.reason === 'Failed' && PULL_FAILURE.test(event.message))
  )
}

/** Whether a `Failed` event may be about a pull: messages about failed starts begin with `Error: `. */
export function mayReportFailedPull({ reason, message }: PodEvent): boolean {
  return reason === 'Failed' && !/^(?:\(combined from similar events\): )?error: /i.test(message)
}

/** Whether the event reports that the kubelet waits before it pulls again. */
export function reportsBackOff(event: PodEvent): boolean {
  return pullStage(event.message) === 'back-off'
}

/** The start or the success of a pull. These events are not always read, so findings must not depend on them. */
function isProgress({ message }: PodEvent): boolean {
  const stage = pullStage(message)
  return stage === 'began' || stage === 'ended'
}

/** Whether the event is about this container: by its field path, or for an event about the whole pod, by the image in its message. */
export function isAbout(pod: Pod, container: Container, event: PodEvent): boolean {
  if (isSandboxFailure(event)) return false
  const field = FIELDS[container.kind]
  if (event.fieldPath !== '') return field !== null && event.fieldPath === `spec.${field}{${container.name}}`
  const image = NAMED_IMAGE.exec(event.message)?.[1] ?? ''
  if (image !== '') return image === container.image || image === `${container.image}:latest`
  return pod.containers.length === 1
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
