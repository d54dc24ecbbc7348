/** Decides which pods and events get into a snapshot: the same for a cluster and for a dump, so that both tell the same. */

import { isSandboxFailure, pullStage, sandboxImage } from '../image/pull-messages.ts'
import { isFinished, type Pod } from '../snapshot/pod.ts'
import type { PodEvent, ScopeSubject } from '../snapshot/snapshot.ts'
import { couldBeFailedPull, isUntried } from './narrow/container-state.ts'
import type { Scope } from './snapshot-scope.ts'

/** Events by pod, for asking one pod at a time. */
type EventsByPod = Map<string, PodEvent[]>

export const podKey = (namespace: string, name: string): string => `${namespace}/${name}`

function groupByPod(events: PodEvent[]): EventsByPod {
  return Map.groupBy(events, event => podKey(event.namespace, event.pod))
}

/** The pod's own events; those of an earlier pod of the same name are not. */
function eventsOf(pod: Pod, events: EventsByPod): PodEvent[] {
  const named = events.get(podKey(pod.namespace, pod.name)) ?? []
  return named.filter(({ podUid }) => podUid === null || pod.uid === '' || podUid === pod.uid)
}

/** What of a reading gets into a snapshot. */
export interface Suspects {
  /** Those that fail, or are asked for by name: what these name is read too. */
  failing: Pod[]
  /** Besides them those that may be pulling for long. */
  pods: Pod[]
  events: PodEvent[]
}

/** Picks the pods that are worth a look, and their events. @param isNamed somebody asked for these pods, however healthy they are */
export function pickSuspects(
  found: { pods: Pod[]; events: PodEvent[] },
  { takenAt, isNamed }: { takenAt: string; isNamed: boolean },
): Suspects {
  const byPod = groupByPod(found.events)
  const failing = found.pods.filter(pod => isNamed || isSuspect(pod, byPod))
  const known = new Set(failing)
  const pulling = found.pods.filter(
    pod => !known.has(pod) && couldBePulling(pod, takenAt) && eventsOf(pod, byPod).some(isProgress),
  )
  const pods = [...failing, ...pulling].sort(byNamespaceAndName)
  const keeps = (pod: Pod) => {
    const all = isNamed || couldBePulling(pod, takenAt)
    return eventsOf(pod, byPod).filter(event => all || !isProgress(event))
  }
  return { failing: failing.sort(byNamespaceAndName), pods, events: pods.flatMap(keeps).sort(byPodAndTime) }
}

/** Whether somebody asked for exactly these pods, however healthy they are. */
export function isNamed(
  { pod, keepNamedPods = false }: Pick<Scope, 'pod' | 'keepNamedPods'>,
  subjects: readonly ScopeSubject[] = [],
): boolean {
  return (
    pod !== undefined ||
    (keepNamedPods && subjects.length > 0 && subjects.every(({ kind }) => kind === 'Pod'))
  )
}

/** Only the pods that `belongs` accepts, and their events. */
export function ofSubjects(
  { pods, events }: Pick<Suspects, 'pods' | 'events'>,
  belongs: (pod: Pod) => boolean,
): Pick<Suspects, 'pods' | 'events'> {
  const own = pods.filter(belongs)
  const names = new Set(own.map(({ namespace, name }) => podKey(namespace, name)))
  return { pods: own, events: events.filter(({ namespace, pod }) => names.has(podKey(namespace, pod))) }
}

/** Whether a container of the pod waits for its image, or has not started and there are events of failed pulls. */
function isSuspect(pod: Pod, events: EventsByPod): boolean {
  if (isFinished(pod)) return false
  return hasFailedPull(pod) || (isOpen(pod) && eventsOf(pod, events).some(hintsAtTrouble))
}

/** Whether the pod could be failing, as far as itself tells. */
export function couldFail(pod: Pod): boolean {
  return !isFinished(pod) && (hasFailedPull(pod) || isOpen(pod))
}

/** How long a pod waits before anybody asks what it waits for. */
const SOON = 60_000

/**
 * Whether the pod could be pulling an image for long, or have got its sandbox since the last failure to make one: only the events of a
 * pull's beginning and end tell, of which a cluster has very many.
 */
export function couldBePulling(pod: Pod, takenAt: string): boolean {
  return (
    !isFinished(pod) &&
    !hasFailedPull(pod) &&
    hasUntried(pod) &&
    Date.parse(takenAt) - Date.parse(pod.createdAt) >= SOON
  )
}

/** Whether the event is of a pull that is under way or done. */
export function isProgress({ message }: PodEvent): boolean {
  const stage = pullStage(message)
  return stage === 'began' || stage === 'ended'
}

/** Whether only the events can tell: nothing has been tried, or the sandbox that the containers ran in is gone. */
function isOpen(pod: Pod): boolean {
  return pod.hasSandbox === false || hasUntried(pod)
}

/** A pull that is under way or done is no trouble, and a sandbox has more often other troubles than its image. */
function hintsAtTrouble(event: PodEvent): boolean {
  if (isSandboxFailure(event)) return sandboxImage(event.message) !== null
  return !isProgress(event)
}

/** Whether the pod's status alone shows what could be a failed pull. */
function hasFailedPull(pod: Pod): boolean {
  return pod.containers.some(container => couldBeFailedPull(container.state))
}

/**
 * Whether a container has not started yet for a reason that the status does not tell. Without a node nobody has tried; but a kubelet
 * has written the states of a pod whose dump left out its node.
 */
function hasUntried(pod: Pod): boolean {
  return pod.containers.some(
    ({ kind, state }) =>
      kind !== 'volume' &&
      isUntried(state) &&
      (pod.node !== null || pod.hasSandbox !== null || state.type === 'waiting'),
  )
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
function byPodAndTime(a: PodEvent, b: PodEvent): number {
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
