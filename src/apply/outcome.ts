/** What became of a plan: an outcome a change, and a recovery a workload. The shapes here are what `-o json` prints. */

import type { Change, Target } from '../plan/change.ts'

export type OutcomeStatus =
  /** Written, and the server has it. */
  | 'applied'
  /** The server would take it; nothing was stored (`--dry-run=server`). */
  | 'accepted'
  /** It was so already. */
  | 'unchanged'
  /** Somebody else changed the object, so the change no longer fits it. */
  | 'conflict'
  /** The server said no: permission, admission, validation, a disruption budget. */
  | 'refused'
  /** No usable answer; whether it was written could not be found out, or it was not. */
  | 'failed'
  /** Not tried, because something it needs was not there. */
  | 'skipped'

export interface Outcome {
  id: string
  action: Change['action']
  target: Target
  status: OutcomeStatus
  /** The server's own sentence, or what was missing; free of secrets. */
  detail: string | null
  /** The object's uid and resourceVersion after the write, where the server told them. */
  uid: string | null
  resourceVersion: string | null
}

/** A pod that came after the change. */
export interface RecoveryPod {
  name: string
  state: 'running' | 'starting' | 'stuck'
  /** The waiting or terminated reason; empty while there is nothing to say. */
  reason: string
  message: string
}

/** Whether the pods that the plan aimed at came back. */
export interface Recovery {
  namespace: string
  workload: { kind: string; name: string }
  /** How many pods were to come back, and how many did. */
  wanted: number
  recovered: number
  /** Those that did not, as they are now. */
  waiting: RecoveryPod[]
}

export interface FixResult {
  /** Names the journal; null where nothing was written. */
  run: string | null
  outcomes: Outcome[]
  recoveries: Recovery[]
  /** Stuck pods that were left alone, as no pulls were left for their images. */
  heldBack: number
}

/** The change is in place, by this run or before it. */
export function isDone({ status }: Outcome): boolean {
  return status === 'applied' || status === 'unchanged' || status === 'accepted'
}
