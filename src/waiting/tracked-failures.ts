/** The failed pulls of pods as a wait tracks them: start and attempts from events, and the cause, even after messages no longer name it. */

import type { Diagnosis, Finding } from '../diagnosis/finding.ts'
import { eventsOfContainer, reportsFailedPull } from '../diagnosis/pod-events.ts'
import { isSandboxFailure } from '../image/pull-messages.ts'
import { objectKey } from '../snapshot/object-key.ts'
import type { Pod } from '../snapshot/pod.ts'
import type { PodEvent, Snapshot } from '../snapshot/snapshot.ts'
import type { Failure, SubjectState } from './subject-state.ts'

/** Returns the failures by the uid of their pod. @param now milliseconds since 1970, by the server's clock */
export function failuresIn(
  { findings }: Diagnosis,
  { pods, events }: Snapshot,
  now: number,
): Map<string, Failure[]> {
  const byName = new Map(pods.map(pod => [objectKey(pod.namespace, pod.name), pod]))
  const eventsByPod = Map.groupBy(events, ({ podUid }) => podUid ?? '')
  const failures = findings.flatMap(finding => {
    const pod = byName.get(objectKey(finding.namespace, finding.pod))
    // A debug container belongs only to this pod: it is not part of the deployed template.
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

type Memory = SubjectState['memory']

const failureKey = ({ podUid, finding: { container, containerKind, image } }: Failure): string =>
  [podUid, containerKind, container, image].join(' ')

/** Completes the current failures with what was seen before: the container's last known cause, the earliest start, the most attempts. */
export function recalled(failures: Failure[], memory: Memory): Failure[] {
  return failures.map(failure => {
    const before = memory.get(failureKey(failure))
    if (before === undefined) return failure
    const isSilent = failure.finding.cause === 'other' && before.finding.cause !== 'other'
    const isSame = isSilent || failure.finding.cause === before.finding.cause
    return {
      ...failure,
      finding: isSilent ? { ...before.finding, check: failure.finding.check } : failure.finding,
      since: isSame ? Math.min(failure.since, before.since) : failure.since,
      attempts: Math.max(failure.attempts, isSame ? before.attempts : 0),
    }
  })
}

/** Pods that are seen, and how long their failures are remembered. */
interface Remembered {
  /** All pods, including those that have ended. */
  pods: readonly Pod[]
  /** The uids of those that are waited for; failures of other pods are forgotten. Null: they outlive their pods. */
  podUids: ReadonlySet<string> | null
}

/** Returns the memory with these failures added, and without those of pods that are gone and of containers that got their image. */
export function remembering(failures: Failure[], memory: Memory, { pods, podUids }: Remembered): Memory {
  const byUid = new Map(pods.map(pod => [pod.uid, pod]))
  const kept = [...memory].filter(([, failure]) => {
    if (podUids !== null) return podUids.has(failure.podUid)
    const pod = byUid.get(failure.podUid)
    // A replacement that got its images shows that the pull of a pod that is gone ended nothing.
    return pod === undefined ? !pods.some(isPulled) : !gotImage(pod, failure.finding)
  })
  return new Map([...kept, ...failures.map(failure => [failureKey(failure), failure] as const)])
}

/** Of a sandbox and of an image volume, a pod reports no image: there, any container that got its own shows that the pull succeeded. */
function gotImage({ containers }: Pod, { container, containerKind }: Finding): boolean {
  const own = containers.filter(
    ({ name, kind }) => name === container && kind === containerKind && kind !== 'volume',
  )
  return (own.length > 0 ? own : containers).some(({ imageId }) => imageId !== null)
}

/**
 * Returns the last failures of pods that have ended without their images; none if another pod got all of its own. A deadline ends such pods,
 * and the one of a Job deletes them, so that nothing but the memory says why they failed.
 */
export function failedBeforeEnd(memory: Memory, pods: readonly Pod[]): Failure[] {
  return pods.some(isPulled) ? [] : [...memory.values()]
}

function isPulled({ containers }: Pod): boolean {
  return containers.every(
    ({ kind, imageId }) => imageId !== null || kind === 'volume' || kind === 'ephemeral',
  )
}
