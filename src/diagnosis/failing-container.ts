/** Tells which containers of a pod can't get their image now. Waiting for anything else is no finding. */

import { isPostPullReason, isPullFailureReason, mentionsFailedPull } from '../image/pull-messages.ts'
import { type Container, isFinished, type Pod } from '../snapshot/pod.ts'
import type { PodEvent } from '../snapshot/snapshot.ts'
import { classify } from './classify.ts'
import { eventsOfContainer, reportsBackOff, reportsFailedPull } from './pod-events.ts'

export interface FailingContainer {
  container: Container
  /** The waiting reason; for a container without status the one that its events stand for. */
  reason: string
  /** `waiting.message`; the reason where a kubelet put its error there and left the message empty. */
  message: string
  /** The container's own events, oldest first. */
  events: PodEvent[]
  /** The kubelet pulls with the pod's pull secrets; a sandbox and a guest that pulls by itself do without. */
  usesPullSecrets: boolean
}

/**
 * The containers and image volumes of the pod whose newest attempt to get the image failed.
 * @param events the pod's own events
 */
export function failingContainers(pod: Pod, events: PodEvent[]): FailingContainer[] {
  if (isFinished(pod)) return []
  return pod.containers.flatMap(container => {
    const own = eventsOfContainer(pod, container, events)
    const failing = byStatus(container, own) ?? byEvents(container, own)
    return failing === null ? [] : [failing]
  })
}

function byStatus(container: Container, events: PodEvent[]): FailingContainer | null {
  const { state } = container
  if (state.type !== 'waiting') return null
  const { reason, message } = state
  const usesPullSecrets = !isPostPullReason(reason)
  if (isPullFailureReason(reason) || mentionsFailedPull(message))
    return { container, reason, message, events, usesPullSecrets }
  // What stops the kubelet before it asks the runtime, such as an unreadable pull secret, becomes the reason word for word.
  if (!/\s/.test(reason)) return null
  const text = message === '' ? reason : message
  const isPull = classify(text, reason).cause !== 'other' || events.some(reportsFailedPull)
  return isPull ? { container, reason, message: text, events, usesPullSecrets } : null
}

/** A container without any status, such as an ephemeral one, that has begun to fail: only its own events can show it. */
function byEvents(container: Container, events: PodEvent[]): FailingContainer | null {
  if (container.state.type !== 'unknown' || container.kind === 'volume') return null
  const newest = events.filter(event => event.fieldPath !== '').at(-1)
  if (newest === undefined || !events.some(reportsFailedPull)) return null
  const failing = { container, message: '', events, usesPullSecrets: true }
  if (reportsBackOff(newest)) return { ...failing, reason: 'ImagePullBackOff' }
  return reportsFailedPull(newest) || /^Error: \w+$/.test(newest.message)
    ? { ...failing, reason: 'ErrImagePull' }
    : null
}
