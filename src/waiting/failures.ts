/** From a diagnosis to failures: since when each container's pull fails, and how often it was tried, by the events of its pod. */

import type { Diagnosis, Finding } from '../diagnosis/finding.ts'
import { eventsOfContainer, reportsFailedPull } from '../diagnosis/pod-events.ts'
import { isSandboxFailure } from '../image/pull-messages.ts'
import type { Pod } from '../snapshot/pod.ts'
import type { PodEvent, Snapshot } from '../snapshot/snapshot.ts'
import type { Failure } from './subject-state.ts'

/** The failures, by the uid of their pod. @param now milliseconds since 1970, by the server's clock */
export function failuresIn(
  { findings }: Diagnosis,
  { pods, events }: Snapshot,
  now: number,
): Map<string, Failure[]> {
  const byName = new Map(pods.map(pod => [`${pod.namespace}/${pod.name}`, pod]))
  const eventsByPod = Map.groupBy(events, ({ podUid }) => podUid ?? '')
  const failures = findings.flatMap(finding => {
    const pod = byName.get(`${finding.namespace}/${finding.pod}`)
    // A debug container belongs to this pod alone: it is not part of what was deployed.
    if (pod === undefined || finding.containerKind === 'ephemeral') return []
    const own = failedAttempts(pod, finding, eventsByPod.get(pod.uid) ?? [])
    return { podUid: pod.uid, finding, ...measured(own, now) }
  })
  return Map.groupBy(failures, ({ podUid }) => podUid)
}

function failedAttempts(pod: Pod, { container, containerKind }: Finding, events: PodEvent[]): PodEvent[] {
  if (containerKind === 'sandbox') return events.filter(isSandboxFailure)
  const found = pod.containers.find(({ name, kind }) => name === container && kind === containerKind)
  return found === undefined ? [] : eventsOfContainer(pod, found, events).filter(reportsFailedPull)
}

function measured(attempts: PodEvent[], now: number): Pick<Failure, 'since' | 'attempts'> {
  const times = attempts.map(({ firstSeen }) => Date.parse(firstSeen ?? '')).filter(Number.isFinite)
  return {
    since: Math.min(now, ...times),
    attempts: attempts.reduce((sum, { count }) => sum + count, 0),
  }
}
