/** What happened at the time of the newest failed attempt, or since: a restart that ended it, and a pull that has begun again. */

import type { Node } from '../../snapshot/node.ts'
import { ownEvents } from '../../snapshot/own-events.ts'
import type { Pod } from '../../snapshot/pod.ts'
import type { PodEvent } from '../../snapshot/snapshot.ts'
import type { DiagnosisContext, FailedPull } from '../failed-pull.ts'
import { type FailingContainer, firstFailure, lastFailure } from '../failing-container.ts'
import { openPullSince } from '../pod-events.ts'
import { type Clue, cluesIf, cluesWith } from './clue.ts'

/** As long as what was stopped takes to start again, in milliseconds. */
const RESTART_MS = 120_000

/** Long enough for several attempts of the kubelet, between which it waits at most five minutes. */
const SEVERAL_TRIES_MS = 600_000

/** Returns what the times of events show. */
export function cluesByTime(
  { cause, node }: FailedPull,
  pod: Pod,
  failing: FailingContainer,
  { snapshot, eventsByPod, judge }: Pick<DiagnosisContext, 'snapshot' | 'eventsByPod' | 'judge'>,
): Clue[] {
  const failed = lastFailure(failing)
  if (cause === 'disk-full' && failed !== null) return relieved(node, failed)
  if (cause === 'rate-limited' && failed !== null) {
    const isLimit = ({ message, reason }: PodEvent) => judge(message, reason).cause === cause
    const first = Date.parse(firstFailure(failing, isLimit) ?? failed)
    return cluesIf(Date.parse(failed) - first >= SEVERAL_TRIES_MS, { code: 'limit-lasts' })
  }
  // A pull that fails for another reason most likely fails again.
  if (cause !== 'canceled-or-deadline' || failed === null) return []
  const since = openPullSince(pod, failing.container, ownEvents(pod, eventsByPod), snapshot.takenAt)
  return [
    ...cluesWith('pull-goes-on', since === null ? null : { since }),
    ...restartAt(pod, { first: firstFailure(failing) ?? failed, last: failed }, snapshot),
  ]
}

/** The node was rid of DiskPressure after the attempt, and not before. */
function relieved(node: Node | null, failed: string): Clue[] {
  const since = node?.relievedSince
  return since !== undefined && Date.parse(since) > Date.parse(failed)
    ? [{ code: 'disk-relieved', since }]
    : []
}

/**
 * A pull ends with the process that runs it, or that asked for it. What was started before the pod was there ended none of its pulls, and where
 * others failed long before, something else ends them.
 */
function restartAt(
  { node, createdAt }: Pick<Pod, 'node' | 'createdAt'>,
  { first, last }: { first: string; last: string },
  { restarts = [] }: DiagnosisContext['snapshot'],
): Clue[] {
  const isNear = (at: string, failed: string) => Math.abs(Date.parse(at) - Date.parse(failed)) <= RESTART_MS
  const found = restarts.find(
    ({ node: name, at }) =>
      name === node && isNear(at, last) && isNear(at, first) && !(Date.parse(at) < Date.parse(createdAt)),
  )
  return found === undefined ? [] : [{ code: 'restarted', of: found.of, at: found.at }]
}
