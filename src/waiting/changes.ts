/** Finds what is new about a workload since the last look, so that each change is reported once. */

import type { SubjectState, Trouble } from './subject-state.ts'
import { troubleKey } from './troubles.ts'

export type WaitChange =
  /** The workload waits for something else, or is settled. */
  | { code: 'state' }
  /** A newer revision has replaced the one that was waited for. */
  | { code: 'superseded' }
  /** A pull fails, or fails for a different cause. */
  | { code: 'trouble'; trouble: Trouble }

/** Returns the changes of a subject, the most important last. @param before null at the first look */
export function changesOf(before: SubjectState | null, now: SubjectState): WaitChange[] {
  const known = new Set((before?.troubles ?? []).map(({ finding }) => troubleKey(finding)))
  const fresh = now.troubles.filter(trouble => !known.has(troubleKey(trouble.finding)))
  const superseded = now.superseded > (before?.superseded ?? 0)
  const hasMoved = before === null || shownState(before) !== shownState(now)
  return [
    ...(superseded ? [{ code: 'superseded' as const }] : []),
    // For failing pulls, the troubles already report what the state would.
    ...(hasMoved && now.code !== 'pull' ? [{ code: 'state' as const }] : []),
    ...(now.status === 'waiting' ? fresh.map(trouble => ({ code: 'trouble' as const, trouble })) : []),
  ]
}

function shownState({ status, code, counts, obstacle }: SubjectState): string {
  return JSON.stringify([status, code, counts, obstacle?.pod, obstacle?.reason])
}
