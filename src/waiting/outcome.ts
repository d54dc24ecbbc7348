/** Whether a wait has ended, and how. */

import type { SubjectState } from './subject-state.ts'

export type Outcome = 'done' | 'failed' | 'timeout' | 'unknown'

/**
 * How the wait has ended; null while it goes on. One workload that can't get its image ends it for all; so does one that was deleted.
 * @param isOver there is no time left
 * @param mayCome labels select, so that more may come where there is nothing yet
 */
export function outcomeOf(
  states: readonly SubjectState[],
  isOver: boolean,
  mayCome: boolean,
): Outcome | null {
  if (states.some(({ status }) => status === 'failed')) return 'failed'
  if (states.some(({ code }) => code === 'deleted')) return 'unknown'
  if (states.some(({ status }) => status === 'waiting')) return isOver ? 'timeout' : null
  if (states.length === 0 && mayCome) return isOver ? 'timeout' : null
  return states.some(({ status }) => status === 'unknown') ? 'unknown' : 'done'
}
