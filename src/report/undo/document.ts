/** Taking a run back, as documents that machines read. */

import type { UndoOutcome, UndoStep } from '../../apply/undo-step.ts'

/** What taking a run back came to. */
export interface UndoReport {
  run: string
  /** Nothing was written. */
  dryRun: boolean
  /** Nothing that was to be taken back is left. */
  complete: boolean
  steps: UndoStep[]
  /** Empty where nothing was tried. */
  outcomes: UndoOutcome[]
}

/** One run of the list. */
export interface RunLine {
  run: string
  /** ISO 8601. */
  startedAt: string
  /** null: every namespace. */
  namespaces: string[] | null
  /** How many changes it may have made. */
  changes: number
  /** Nothing of it is left to take back. */
  takenBack: boolean
  /** It only recreated pods, which nobody can take back. */
  onlyPods: boolean
}
