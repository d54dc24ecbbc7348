/** The result of a wait, for the report. */

import type { AdvisedDiagnosis } from '../advice/add-steps.ts'
import type { Outcome } from '../waiting/goal.ts'
import type { Goal, SubjectState } from '../waiting/subject-state.ts'

export interface WaitReport {
  outcome: Outcome
  goal: Goal
  /** Milliseconds. */
  waited: number
  timeout: number
  states: readonly SubjectState[]
  /** Of the pods that are waited for, with what became known meanwhile. */
  diagnosis: AdvisedDiagnosis
  /** Contact with the API server was lost at the end, so the states are those of a moment before. */
  isOutdated: boolean
  /** Milliseconds since 1970, by the server's clock. */
  now: number
}
