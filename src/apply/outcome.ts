/** What became of a plan: an outcome a change, and a recovery a workload. The shapes here are what `-o json` prints. */

import type { Change, Target } from '../plan/change.ts'
import type { OverCode } from '../rollout/judge.ts'

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
  /** What we know of why; null where the status says it all. */
  reason: OutcomeReason | null
  /** The server's own sentence, free of secrets; null where it said nothing. */
  detail: string | null
  /** The object's uid and resourceVersion after the write, where the server told them. */
  uid: string | null
  resourceVersion: string | null
}

/** Why a change came to what it came to, beside what the server says of it. */
export type OutcomeReason =
  /** No login for the registries of the Secret is at hand. */
  | { code: 'no-login' }
  /** A change that it needs was not made; `id` is that change's. */
  | { code: 'needs'; id: string }
  /** Nothing that would use the Secret can be changed. */
  | { code: 'unused' }
  /** Another object of its name is there. */
  | { code: 'replaced' }
  | { code: 'changed-meanwhile' }
  /** Each new try met another change by others. */
  | { code: 'still-changing' }
  /** The pod waits for no image any more. */
  | { code: 'healed' }
  | { code: 'deleted-meanwhile' }
  /** Pulls are spared. */
  | { code: 'held-back'; why: NonNullable<HeldBack>['why'] }
  /** The server would refuse the pod that comes after this one, or the pods of the new template. */
  | { code: 'successor-refused' }
  | { code: 'template-refused' }
  /** A finalizer may keep the pod from ending, and its name from being free. */
  | { code: 'finalizer'; finalizer: string }
  /** The deleted pod has not ended, so that its successor is not made: what holds it, and until when it may take. */
  | { code: 'not-ended'; finalizer: string | null; until: string | null }
  /** The pod is gone and could not be created again. */
  | { code: 'not-put-back' }
  /** The journal of that run does not hold the pod. */
  | { code: 'not-in-journal'; run: string }

/** A pod of the revision that its workload wants by now. */
export interface RecoveryPod {
  name: string
  /** `running`: every image is there, whatever became of it afterwards. */
  state: 'running' | 'starting' | 'stuck' | 'initializing' | 'unscheduled' | 'failed'
  /** The waiting or terminated reason; empty while there is nothing to say. */
  reason: string
  message: string
}

/** Whether the pods that the plan targeted came back. */
export interface Recovery {
  namespace: string
  workload: { kind: string; name: string }
  /** How many pods could not pull when the plan was made. */
  aimed: number
  /** How many of them were to come back, as the workload wants no more by now, and how many did. */
  wanted: number
  recovered: number
  /** Those whose images are not all there, as they are now. */
  waiting: RecoveryPod[]
  /** Those whose images are there and that do not work all the same. */
  crashing: RecoveryPod[]
  /** Why nothing more comes of the workload; null where it goes on. */
  over: { code: OverCode; message: string } | null
  /** Why a pod that should be there is not; null where none is missing. */
  missing: MissingPod | null
}

/** Why a pod is not made. */
export type MissingPod =
  /** The controller has not read the change. */
  | { code: 'unobserved' }
  /** The rollout waits until somebody resumes it. */
  | { code: 'paused' }
  /** The server's own sentence. */
  | { code: 'refused'; message: string }
  /** The workload may not be looked at, so that nobody knows. The server's own sentence. */
  | { code: 'unread'; message: string }
  /** The pod whose place it takes has not ended: when it does at the latest, unless finalizers hold it. */
  | { code: 'not-ended'; pod: string; until: string; finalizers: string[] }
  | { code: 'not-made' }

export interface FixResult {
  /** Names the journal; null where nothing was written. */
  run: string | null
  outcomes: Outcome[]
  recoveries: Recovery[]
  /** Stuck pods that were left alone to spare pulls; null where none was. */
  heldBack: HeldBack
}

/** How many pods were left alone, and why. */
export type HeldBack = {
  pods: number
  why:
    | 'no-pulls-left'
    /** Nobody could be asked how many are left. */
    | 'hub-out-of-reach'
    /** Pods that were recreated before them have not pulled, so that the quota does not show what they spend. */
    | 'others-not-started'
} | null

/** The change is in place, by this run or before it. */
export function isDone({ status }: Outcome): boolean {
  return status === 'applied' || status === 'unchanged' || status === 'accepted'
}
