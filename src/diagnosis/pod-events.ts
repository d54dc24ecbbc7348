/** Finds the events that speak of one container's pull. */

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

/** Openings of the sentences with which the kubelet reports a failed pull; `Failed` serves failed starts as well. */
const PULL_FAILURE =
  /^(?:\(combined from similar events\): )?(?:failed to (?:re-?)?(?:pull|inspect|apply default)|(?:couldn't|could not) parse image|container image )/i
const NAMED_IMAGE = /\bimage (?:tag |reference |name )?"([^"]*)"/i

/** Events of this very pod; one of the same name that was there before has another uid. */
export function eventsOfPod(pod: Pod, events: PodEvent[]): PodEvent[] {
  return events.filter(
    event =>
      event.namespace === pod.namespace &&
      event.pod === pod.name &&
      (event.podUid === null || pod.uid === '' || event.podUid === pod.uid),
  )
}

/** Of a pod's events those that tell of the container's troubles, oldest first. */
export function eventsOfContainer(pod: Pod, container: Container, events: PodEvent[]): PodEvent[] {
  return events
    .filter(event => isAbout(pod, container, event) && !isProgress(event))
    .sort((a, b) => compare(a.lastSeen ?? '', b.lastSeen ?? ''))
}

/** Whether the event reports that an attempt to pull failed, with the runtime's or the kubelet's words. */
export function reportsFailedPull(event: PodEvent): boolean {
  if (isSandboxFailure(event)) return sandboxImage(event.message) !== null
  if (event.reason === 'InspectFailed' || event.reason === 'ErrImageNeverPull') return true
  return (
    pullStage(event.message) === 'failed' || (event.reason === 'Failed' && PULL_FAILURE.test(event.message))
  )
}

/** Whether a `Failed` event could be the runtime's own words on a pull: what went wrong with a start says `Error: ` first. */
export function mayReportFailedPull({ reason, message }: PodEvent): boolean {
  return reason === 'Failed' && !/^(?:\(combined from similar events\): )?error: /i.test(message)
}

/** Whether the event says that the kubelet waits before it pulls again. */
export function reportsBackOff(event: PodEvent): boolean {
  return pullStage(event.message) === 'back-off'
}

/** A pull that begins or ends well; that is not in every reading, so a finding must not depend on it. */
function isProgress({ message }: PodEvent): boolean {
  const stage = pullStage(message)
  return stage === 'began' || stage === 'ended'
}

/** Whether the event is the container's: by the field that it names; where it names the pod as a whole, by the image in its text. */
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
