/**
 * Finds what in a pod can't get its image now: containers, image volumes, or the sandbox they all wait for. Then chooses the message that
 * proves the cause: the newest attempt's error, from the container's status or from its events.
 */

import {
  isOfImageVolume,
  isPostPullReason,
  isPullFailureReason,
  isPullOfGuest,
  isRelayedToGuest,
  isSandboxFailure,
  isSilent,
  mentionsFailedPull,
  PROVIDER_FAILED,
  UNKNOWN_VOLUME,
} from '../image/pull-messages.ts'
import { sandboxImage } from '../image/sandbox-image.ts'
import { compareText } from '../order.ts'
import { type Container, isEnding, isUntried, type Pod } from '../snapshot/pod.ts'
import type { PodEvent } from '../snapshot/snapshot.ts'
import { UNUSABLE_SECRET } from './causes/auth-required-or-denied.ts'
import type { Evidence } from './finding.ts'
import { eventsOfContainer, mayReportFailedPull, reportsBackOff, reportsFailedPull } from './pod-events.ts'
import { type Classification, type Classifier, classify } from './text/classify.ts'

export interface FailingContainer {
  container: Container
  /** The waiting reason; for a container without a status, the one that its events imply. */
  reason: string
  /** `waiting.message`; the waiting reason if a kubelet put its error there and left the message empty. */
  message: string
  /** The container's own events, oldest first. */
  events: PodEvent[]
  /** Whether the pod's pull secrets are used: not for a sandbox, nor for a guest that pulls by itself. */
  usesPullSecrets: boolean
}

/**
 * The containers and image volumes of the pod whose newest attempt to pull the image failed.
 * @param events the pod's own events
 */
export function failingContainers(pod: Pod, events: PodEvent[]): FailingContainer[] {
  if (isEnding(pod)) return []
  return pod.containers.flatMap(container => {
    const own = eventsOfContainer(pod, container, events)
    const found = byStatus(pod, container, own) ?? byEvents(container, own)
    const failing = found === null ? null : ofVolume(found, pod)
    return failing === null
      ? []
      : [isOfGuest(failing, pod) ? { ...failing, usesPullSecrets: false } : failing]
  })
}

/**
 * The image volume that a container's message is about: of several, the one whose image it names, or the first for a runtime that mounts none; null if
 * the pod has none, or that is not known.
 */
function ofVolume(failing: FailingContainer, { containers }: Pod): FailingContainer | null {
  const { message } = failing
  if (!isOfImageVolume(message)) return failing
  const volumes = containers.filter(({ kind }) => kind === 'volume')
  const named = volumes.filter(({ image }) => image !== '' && message.includes(image))
  const [volume, ...others] = UNKNOWN_VOLUME.test(message)
    ? volumes.slice(0, 1)
    : named.length > 0
      ? named
      : volumes
  return volume === undefined || others.length > 0 ? null : { ...failing, container: volume }
}

/** Whether the newest attempt was a guest's, though the kubelet asked for it. */
function isOfGuest({ message, events }: FailingContainer, { runtimeClass }: Pod): boolean {
  const text = isSilent(message) ? events.findLast(reportsFailedPull)?.message : message
  return isRelayedToGuest(text ?? '', runtimeClass)
}

function byStatus(pod: Pod, container: Container, events: PodEvent[]): FailingContainer | null {
  const { state } = container
  if (state.type !== 'waiting') return null
  const { reason, message } = state
  const usesPullSecrets = !(isPostPullReason(reason) && isPullOfGuest(message, pod.runtimeClass))
  const isOfSecret = reason === PROVIDER_FAILED && isAboutPullSecret(message, pod)
  if (isPullFailureReason(reason) || mentionsFailedPull(message) || isOfSecret)
    return { container, reason, message, events, usesPullSecrets }
  // An error before the kubelet calls the runtime, such as an unreadable pull secret, becomes the waiting reason itself.
  if (!/\s/.test(reason)) return null
  const text = message === '' ? reason : message
  const isPull = classify(text, reason).cause !== 'other' || events.some(reportsFailedPull)
  return isPull ? { container, reason, message: text, events, usesPullSecrets } : null
}

/** Whether a virtual kubelet gave up at a pull secret: at one of the pod's that does not exist, or at what one holds. */
function isAboutPullSecret(message: string, { pullSecrets }: Pod): boolean {
  const missing = /^secrets? "([^"]{1,253})" not found$/.exec(message.trim())?.[1]
  return missing === undefined ? UNUSABLE_SECRET.test(message) : pullSecrets.includes(missing)
}

/** A container without a status, such as an ephemeral one: only its own events show that its pull fails. */
function byEvents(container: Container, events: PodEvent[]): FailingContainer | null {
  if (container.state.type !== 'unknown' || container.kind === 'volume') return null
  const newest = events.findLast(event => event.fieldPath !== '')
  if (newest === undefined || !events.some(reportsFailedPull)) return null
  const failing = { container, message: '', events, usesPullSecrets: true }
  if (reportsBackOff(newest)) return { ...failing, reason: 'ImagePullBackOff' }
  return reportsFailedPull(newest) || /^Error: \w+$/.test(newest.message)
    ? { ...failing, reason: 'ErrImagePull' }
    : null
}

/**
 * The sandbox as a failing container, if the newest attempt to create it failed because of its image; none otherwise. The runtime pulls that image
 * without the pod's pull secrets.
 * @param events the pod's own events
 */
export function failingSandbox(pod: Pod, events: PodEvent[]): FailingContainer[] {
  if (isEnding(pod) || !lacksSandbox(pod)) return []
  const [newest, ...older] = events.filter(isSandboxFailure).sort(newestFirst)
  const image = newest === undefined ? null : sandboxImage(newest.message)
  if (newest === undefined || image === null || events.some(event => isOfContainer(event, newest))) return []
  return [
    {
      container: sandboxWith(image),
      reason: newest.reason,
      message: '',
      events: [...older.filter(reportsFailedPull).reverse(), newest],
      usesPullSecrets: false,
    },
  ]
}

/** A sandbox, listed like a container. */
export function sandboxWith(image: string): Container {
  const state = { type: 'unknown' } as const
  return { name: 'sandbox', kind: 'sandbox', image, pullPolicy: null, state, ready: false, imageId: null }
}

/** If the kubelet does not report it, a pod lacks its sandbox when none of its containers has started. */
function lacksSandbox({ hasSandbox, containers }: Pod): boolean {
  if (hasSandbox !== null) return !hasSandbox && containers.every(({ state }) => state.type !== 'running')
  return containers.every(({ state }) => isUntried(state))
}

/** Whether the event is a container's and newer, so the sandbox exists by now. Pull secrets are looked up before that. */
function isOfContainer(event: PodEvent, failure: PodEvent): boolean {
  return (
    !isSandboxFailure(event) &&
    event.reason !== 'FailedToRetrieveImagePullSecret' &&
    (event.lastSeen ?? '') >= (failure.lastSeen ?? '')
  )
}

function newestFirst(a: PodEvent, b: PodEvent): number {
  return compareText(b.lastSeen ?? '', a.lastSeen ?? '')
}

interface ProvenCause extends Classification {
  evidence: Evidence | null
}

/**
 * The cause of the newest attempt, with the kubelet's message that proves it.
 * An error in the status is always the newest attempt's; older kubelets report errors in events only.
 */
export function prove(failing: FailingContainer, judge: Classifier): ProvenCause {
  const status = fromStatus(failing, judge)
  if (status !== null && status.cause !== 'other') return status
  return fromEvents(failing, judge) ?? fromBareEvents(failing, judge) ?? status ?? silent(failing, judge)
}

function fromStatus({ reason, message }: FailingContainer, judge: Classifier): ProvenCause | null {
  if (isSilent(message)) return null
  return { ...judge(message, reason), evidence: { from: 'status', text: message } }
}

function fromEvents({ reason, events }: FailingContainer, judge: Classifier): ProvenCause | null {
  const event = events.findLast(reportsFailedPull)
  if (event === undefined) return null
  const waitingReason = event.reason === 'ErrImageNeverPull' ? event.reason : reason
  return { ...judge(event.message, waitingReason), evidence: { from: 'event', text: event.message } }
}

/** A Failed event without the kubelet's usual opening counts if its text has a cause. */
function fromBareEvents({ reason, events }: FailingContainer, judge: Classifier): ProvenCause | null {
  const bare = events.filter(mayReportFailedPull).map(({ message }) => message)
  const proofs = bare.map(text => ({ ...judge(text, reason), evidence: { from: 'event' as const, text } }))
  return proofs.findLast(({ cause }) => cause !== 'other') ?? null
}

/** Neither status nor events have the reason; the waiting reason itself may name the cause. */
function silent({ reason, message, events }: FailingContainer, judge: Classifier): ProvenCause {
  const backOff = events.findLast(reportsBackOff)
  const text = message !== '' ? message : backOff?.message
  return {
    ...judge('', reason),
    evidence: text === undefined ? null : { from: message !== '' ? 'status' : 'event', text },
  }
}

/**
 * When the failure was first seen (ISO 8601): the oldest event, or the pod's creation if the image was never pulled; null if unknown. Events have
 * the node's time, which is not counted where its clock is ahead; the creation has the API server's.
 */
export function firstSign(
  { container, events }: FailingContainer,
  createdAt: string,
  takenAt: string,
): string | null {
  const [seen] = events.flatMap(({ firstSeen }) => firstSeen ?? []).sort()
  if (seen !== undefined && !(Date.parse(seen) - Date.parse(takenAt) > CLOCK_DIFFERENCE_MS)) return seen
  return container.imageId === null && createdAt !== '' ? createdAt : null
}

/** As much as clocks of machines usually differ. */
const CLOCK_DIFFERENCE_MS = 300_000

/** When the first attempt failed of which there are events (ISO 8601), or the first one that is meant; null if no event has it. */
export function firstFailure(
  { events }: FailingContainer,
  isMeant: (event: PodEvent) => boolean = () => true,
): string | null {
  const meant = events.filter(event => reportsFailedPull(event) && isMeant(event))
  return meant.flatMap(({ firstSeen }) => firstSeen ?? []).sort()[0] ?? null
}

/** When the newest attempt failed (ISO 8601); null if no event has it. */
export function lastFailure({ events }: FailingContainer): string | null {
  const seen = events.filter(reportsFailedPull).flatMap(({ lastSeen }) => lastSeen ?? [])
  return seen.sort().at(-1) ?? null
}
