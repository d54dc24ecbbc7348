/** Taking a run back, as documents that machines read. */

import type { UndoOutcome, UndoStep } from '../../apply/undo-step.ts'
import type { Target } from '../../plan/change.ts'

/** What is about to be undone. */
export interface UndoPlan {
  run: string
  steps: readonly UndoStep[]
  /** Secrets that keep a login. */
  kept: readonly Target[]
}

/** What taking a run back came to. */
export interface UndoReport {
  run: string
  /** Nothing was written. */
  dryRun: boolean
  /** Everything that was to be undone is undone, and no login is left. */
  complete: boolean
  /** Secrets that keep a login. */
  kept: Target[]
  steps: UndoStep[]
  /** Empty where nothing was tried. */
  outcomes: UndoOutcome[]
}

/** `over`: what it wrote is gone or was changed by others since. */
export type RunState = 'in-place' | 'undone' | 'over' | 'only-pods'

/** One run of the list. */
export interface RunLine {
  run: string
  /** ISO 8601. */
  startedAt: string
  /** null: every namespace. */
  namespaces: string[] | null
  /** The only workloads, pods, or labels that it was for; left out where it was for all in the namespaces. */
  only?: string
  /** How many changes it may have made. */
  changes: number
  context: string | null
  /** As whom the server knew it; null where it did not tell. */
  user: string | null
  state: RunState
  /** Nothing of it is left to undo. */
  takenBack: boolean
  /** It only recreated pods, which can't be undone. */
  onlyPods: boolean
}
