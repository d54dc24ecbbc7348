/** Whether a wait has ended, and how. */

import type { SubjectState } from './subject-state.ts'

export type Outcome = 'done' | 'failed' | 'timeout' | 'unknown'

export interface Circumstances {
  /** The time is up. */
  isOver: boolean
  /** Labels select the workloads, so that the first can still come. */
  mayCome: boolean
  /** Labels select kinds that can't be read, so workloads can be missing. */
  isBlind: boolean
}

/**
 * How the wait has ended; null while it goes on. One workload that can't get its image ends it for all; so does one that was deleted.
 */
export function outcomeOf(
  states: readonly SubjectState[],
  { isOver, mayCome, isBlind }: Circumstances,
): Outcome | null {
  if (states.some(({ status }) => status === 'failed')) return 'failed'
  if (states.some(({ code }) => code === 'deleted')) return 'unknown'
  if (states.some(({ status }) => status === 'waiting')) return isOver ? 'timeout' : null
  // Even if a workload comes, others could be missing.
  if (states.length === 0 && mayCome && isBlind) return 'unknown'
  if (states.length === 0 && mayCome) return isOver ? 'timeout' : null
  return isBlind || states.some(({ status }) => status === 'unknown') ? 'unknown' : 'done'
}
