/** The result of a wait, for reports. */

import type { AdvisedDiagnosis } from '../advice/add-steps.ts'
import type { WaitOutcome } from '../waiting/goal.ts'
import type { Goal, SubjectState } from '../waiting/subject-state.ts'

export interface WaitReport {
  outcome: WaitOutcome
  goal: Goal
  /** Milliseconds. */
  waited: number
  timeout: number
  states: readonly SubjectState[]
  /** Covers the pods that were waited for, with everything learned during the wait. */
  diagnosis: AdvisedDiagnosis
  /** Whether contact with the API server was lost at the end, so that the states are from shortly before. */
  isOutdated: boolean
  /** Milliseconds since 1970, by the server's clock. */
  now: number
}
