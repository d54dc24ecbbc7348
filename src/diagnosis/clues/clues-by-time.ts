/** What happened at the time of the newest failed attempt, or since: a restart that ended it, and a pull that has begun again. */

import type { Node } from '../../snapshot/node.ts'
import { ownEvents } from '../../snapshot/own-events.ts'
import type { Pod } from '../../snapshot/pod.ts'
import type { DiagnosisContext, FailedPull } from '../failed-pull.ts'
import { type FailingContainer, lastFailure } from '../failing-container.ts'
import { openPullSince } from '../pod-events.ts'
import { type Clue, cluesWith } from './clue.ts'

/** As long as what was stopped takes to start again, in milliseconds. */
const RESTART_MS = 120_000

/** Returns what the times of events show. */
export function cluesByTime(
  { cause, node }: FailedPull,
  pod: Pod,
  failing: FailingContainer,
  { snapshot, eventsByPod }: Pick<DiagnosisContext, 'snapshot' | 'eventsByPod'>,
): Clue[] {
  const failed = lastFailure(failing)
  if (cause === 'disk-full' && failed !== null) return relieved(node, failed)
  // A pull that fails for another reason most likely fails again.
  if (cause !== 'canceled-or-deadline' || failed === null) return []
  const since = openPullSince(pod, failing.container, ownEvents(pod, eventsByPod), snapshot.takenAt)
  return [
    ...cluesWith('pull-goes-on', since === null ? null : { since }),
    ...restartAt(pod, failed, snapshot),
  ]
}

/** The node was rid of DiskPressure after the attempt, and not before. */
function relieved(node: Node | null, failed: string): Clue[] {
  const since = node?.relievedSince
  return since !== undefined && Date.parse(since) > Date.parse(failed)
    ? [{ code: 'disk-relieved', since }]
    : []
}

/** A pull ends with the process that runs it, or that asked for it. */
function restartAt(
  { node }: Pick<Pod, 'node'>,
  failed: string,
  { restarts = [] }: DiagnosisContext['snapshot'],
): Clue[] {
  const found = restarts.find(
    each => each.node === node && Math.abs(Date.parse(each.at) - Date.parse(failed)) <= RESTART_MS,
  )
  return found === undefined ? [] : [{ code: 'restarted', of: found.of, at: found.at }]
}
