/** Which pods and events go into a snapshot. A cluster and a dump share these rules, so that both give the same diagnosis. */

import { UsageError } from '../errors.ts'
import {
  isPostPullReason,
  isPullProgress,
  isSandboxFailure,
  mentionsFailedPull,
} from '../image/pull-messages.ts'
import { sandboxImage } from '../image/sandbox-image.ts'
import { compareText } from '../order.ts'
import { byNamespaceAndName, keyOf, objectKey } from '../snapshot/object-key.ts'
import { type EventsByPod, indexEvents, ownEvents } from '../snapshot/own-events.ts'
import { type ContainerState, isFinished, isUntried, type Pod } from '../snapshot/pod.ts'
import type { PodEvent, ScopeSubject, SnapshotScope } from '../snapshot/snapshot.ts'
import type { RequestedSubject } from './subject-names.ts'

/** The pods that a snapshot is taken of. */
export interface Scope {
  /** null means all namespaces. */
  namespaces: string[] | null
  /** Namespaces to skip when reading all of them. */
  excluded?: string[]
  /** Reads only the pods of these; their namespaces are used instead of `namespaces`. */
  subjects?: RequestedSubject[]
  /** Subjects that no longer exist have no pods. Otherwise, a missing subject is an error. */
  mayBeGone?: boolean
  /** Keeps subjects that turn out to be pods in the snapshot even if they are healthy. */
  keepNamedPods?: boolean
  /** With the syntax of kubectl's -l. */
  labelSelector?: string
  /** One pod by name, for `why`, kept in the snapshot even if it is healthy. Requires exactly one namespace. */
  pod?: string
}

/** Returns the scope as a snapshot states it. */
export function statedScope(
  { namespaces, labelSelector, excluded = [] }: Omit<Scope, 'subjects'>,
  subjects: ScopeSubject[] | undefined,
): SnapshotScope {
  return {
    namespaces,
    labelSelector: labelSelector ?? null,
    ...(subjects && { subjects }),
    ...(excluded.length > 0 && { excludedNamespaces: [...excluded] }),
  }
}

/** `Scope.pod` names a pod that does not exist. */
export class NoSuchPod extends UsageError {}

/** The part of what was read that goes into a snapshot. */
interface Suspects {
  /** Pods that fail or were requested by name. The objects they reference are read too. */
  failing: Pod[]
  /** The failing pods, plus pods that could be in a long pull. */
  pods: Pod[]
  events: PodEvent[]
}

/** Picks the suspect pods and their events. @param isNamed the user requested these pods by name, so they are kept even if healthy */
export function pickSuspects(
  found: { pods: Pod[]; events: PodEvent[] },
  { takenAt, isNamed }: { takenAt: string; isNamed: boolean },
): Suspects {
  const byPod = indexEvents(found.events)
  const failing = found.pods.filter(pod => isNamed || isSuspect(pod, byPod))
  const known = new Set(failing)
  const pulling = found.pods.filter(
    pod => !known.has(pod) && couldBePulling(pod, takenAt) && ownEvents(pod, byPod).some(isPullProgress),
  )
  const pods = [...failing, ...pulling].sort(byNamespaceAndName)
  const keeps = (pod: Pod) => {
    const all = isNamed || couldBePulling(pod, takenAt) || mayPullAgain(pod)
    return ownEvents(pod, byPod).filter(event => all || !isPullProgress(event))
  }
  return { failing: failing.sort(byNamespaceAndName), pods, events: pods.flatMap(keeps).sort(byPodAndTime) }
}

/** Whether the pods were requested by name, so that they are kept even if healthy. */
export function isNamed(
  { pod, keepNamedPods = false }: Pick<Scope, 'pod' | 'keepNamedPods'>,
  subjects: readonly ScopeSubject[] = [],
): boolean {
  return (
    pod !== undefined ||
    (keepNamedPods && subjects.length > 0 && subjects.every(({ kind }) => kind === 'Pod'))
  )
}

/** Keeps only the pods that `belongs` accepts, and their events. */
export function ofSubjects(
  { pods, events }: Pick<Suspects, 'pods' | 'events'>,
  belongs: (pod: Pod) => boolean,
): Pick<Suspects, 'pods' | 'events'> {
  const own = pods.filter(belongs)
  const names = new Set(own.map(keyOf))
  return { pods: own, events: events.filter(({ namespace, pod }) => names.has(objectKey(namespace, pod))) }
}

/** Whether a container of the pod waits for its image, or has not started and events report failed pulls. */
function isSuspect(pod: Pod, events: EventsByPod): boolean {
  if (isFinished(pod)) return false
  return hasFailedPull(pod) || (onlyEventsCanTell(pod) && ownEvents(pod, events).some(suggestsFailedPull))
}

/** Whether the pod could be failing, judged by the pod object alone. */
export function couldFail(pod: Pod): boolean {
  return !isFinished(pod) && (hasFailedPull(pod) || onlyEventsCanTell(pod))
}

/** The time after which a waiting pod's pull counts as possibly slow, in milliseconds. */
const SOON = 60_000

/**
 * Whether the pod could be in a long pull, or could have got its sandbox since the last failure to create one. Only the events at a pull's
 * start and end show that, and a cluster has very many of those.
 */
export function couldBePulling(pod: Pod, takenAt: string): boolean {
  return (
    !isFinished(pod) &&
    !hasFailedPull(pod) &&
    hasUntried(pod) &&
    Date.parse(takenAt) - Date.parse(pod.createdAt) >= SOON
  )
}

/** How a runtime or the kubelet reports a pull that was ended from outside (Go's context, gRPC). */
const ENDED = /\bcontext cancell?ed\b|\bdeadline exceeded\b/i

/** Whether the pod's last pull was ended before it failed by itself, so that the next one may be running for long: only its events show that. */
export function mayPullAgain({ containers }: Pod): boolean {
  return containers.some(({ state }) => state.type === 'waiting' && ENDED.test(state.message))
}

/** Whether only events can show the state: nothing has been tried yet, or the containers' sandbox is gone. */
function onlyEventsCanTell(pod: Pod): boolean {
  return pod.hasSandbox === false || hasUntried(pod)
}

/** Whether the event suggests a failed pull: not a pull in progress or completed, nor a sandbox that fails for another reason. */
function suggestsFailedPull(event: PodEvent): boolean {
  if (isSandboxFailure(event)) return sandboxImage(event.message) !== null
  return !isPullProgress(event)
}

/** Whether the pod's status alone shows a possible pull failure. */
function hasFailedPull(pod: Pod): boolean {
  return pod.containers.some(container => couldBeFailedPull(container.state))
}

/**
 * Whether a container has not started and its status does not show why. Without a node, no kubelet has tried; but a pod in a dump without
 * its node can have states written by a kubelet.
 */
function hasUntried(pod: Pod): boolean {
  return pod.containers.some(
    ({ kind, state }) =>
      kind !== 'volume' &&
      isUntried(state) &&
      (pod.node !== null || pod.hasSandbox !== null || state.type === 'waiting'),
  )
}

/** Whether the state could be a failed pull: any reason except the known unrelated ones, because newer kubelets put free text there. */
export function couldBeFailedPull(state: ContainerState): boolean {
  if (state.type !== 'waiting' || isUntried(state)) return false
  return !isPostPullReason(state.reason) || mentionsFailedPull(state.message)
}

/** Sorts by pod, oldest event first. */
function byPodAndTime(a: PodEvent, b: PodEvent): number {
  return (
    compareText(a.namespace, b.namespace) ||
    compareText(a.pod, b.pod) ||
    compareText(a.lastSeen ?? '', b.lastSeen ?? '') ||
    compareText(a.message, b.message) ||
    compareText(a.fieldPath, b.fieldPath)
  )
}
