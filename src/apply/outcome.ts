/** The result of applying a plan: one outcome per change, and one recovery per workload. `-o json` prints these shapes. */

import type { Change, Target } from '../plan/change.ts'
import type { EndReason } from '../rollout/judge.ts'

export type OutcomeStatus =
  /** Written, and the server has it. */
  | 'applied'
  /** The server would accept the change; nothing was stored (`--dry-run=server`). */
  | 'accepted'
  /** The object already contained what the change would write. */
  | 'unchanged'
  /** Someone else changed the object, so the change no longer fits it. */
  | 'conflict'
  /** The server refused: permission, admission, validation, or a disruption budget. */
  | 'refused'
  /** No usable answer: the change was not written, or it is unknown whether it was. */
  | 'failed'
  /** Not attempted, because a change that it depends on was not applied. */
  | 'skipped'

export interface ChangeOutcome {
  id: string
  action: Change['action']
  target: Target
  status: OutcomeStatus
  /** Why, as pullguard knows; null if the status needs no reason. */
  reason: OutcomeReason | null
  /** The server's own sentence, redacted; null if it sent none. */
  detail: string | null
  /** The object's uid and resourceVersion after the write; null if the answer lacks them. */
  uid: string | null
  resourceVersion: string | null
}

/** Why a change has its status. The server's own words are in `detail`. */
export type OutcomeReason =
  /** This machine has no login for the registries of the Secret. */
  | { code: 'no-login' }
  /** A change that it depends on was not applied; `id` is that change's. */
  | { code: 'needs'; id: string }
  /** Nothing that would use the Secret can be changed. */
  | { code: 'unused' }
  /** Another object now has its name. */
  | { code: 'replaced' }
  | { code: 'changed-meanwhile' }
  /** Every retry met another change by someone else. */
  | { code: 'still-changing' }
  /** The server accepted the write and stored something else, as mutating webhooks and policies can make it. */
  | { code: 'altered-at-admission' }
  /** The pod has its images by now. */
  | { code: 'healed' }
  | { code: 'deleted-meanwhile' }
  /** Held back to save pulls. */
  | { code: 'held-back'; why: HeldBack['why'] }
  /** The server would refuse the pod that replaces this one, or the pods of the new template. */
  | { code: 'successor-refused' }
  | { code: 'template-refused' }
  /** A finalizer may keep the deleted pod, and thus its name, in place. */
  | { code: 'finalizer'; finalizer: string }
  /** The deleted pod still exists, so its successor was not created: the finalizer that keeps it, and when its grace period ends. */
  | { code: 'not-ended'; finalizer: string | null; until: string | null }
  /** The pod is gone and could not be created again. */
  | { code: 'not-put-back' }
  /** The journal of that run does not contain the pod. */
  | { code: 'not-in-journal'; run: string }

/** A pod of the revision that its workload currently wants. */
export interface RecoveryPod {
  name: string
  /** `running` means that every image was pulled, even if a container failed afterwards. */
  state: 'running' | 'starting' | 'stuck' | 'initializing' | 'unscheduled' | 'failed'
  /** The container's waiting or terminated reason; empty if there is none. */
  reason: string
  message: string
}

/** Whether the pods of one workload that the plan targeted came back. */
export interface Recovery {
  namespace: string
  workload: { kind: string; name: string }
  /** How many pods could not pull when the plan was made. */
  aimed: number
  /** How many of them were expected back (at most what the workload currently wants), and how many came back. */
  wanted: number
  recovered: number
  /** Pods that still lack an image. */
  waiting: RecoveryPod[]
  /** Pods that have their images and fail for another reason. */
  crashing: RecoveryPod[]
  /** Why the workload makes no more pods; null while it does. */
  over: { code: EndReason; message: string } | null
  /** Why a wanted pod does not exist; null if none is missing. */
  missing: MissingPod | null
}

/** Why a wanted pod does not exist. */
export type MissingPod =
  /** The controller has not observed the change yet. */
  | { code: 'unobserved' }
  /** The rollout is paused. */
  | { code: 'paused' }
  /** The server's own sentence. */
  | { code: 'refused'; message: string }
  /** This user can't read the workload. The server's own sentence. */
  | { code: 'unread'; message: string }
  /** The pod that it replaces is still terminating: when its grace period ends, and the finalizers that may keep it longer. */
  | { code: 'not-ended'; pod: string; until: string; finalizers: string[] }
  | { code: 'not-made' }

export interface FixResult {
  /** Names the journal; null if nothing was written. */
  run: string | null
  outcomes: ChangeOutcome[]
  recoveries: Recovery[]
  /** Stuck pods that were held back to save pulls; null if there are none. */
  heldBack: HeldBack | null
}

/** How many pods were held back, and why. */
export interface HeldBack {
  pods: number
  why:
    | 'no-pulls-left'
    /** Docker Hub did not say how many pulls are left. */
    | 'hub-out-of-reach'
    /** Pods recreated before them have not pulled yet, so the quota does not show their pulls. */
    | 'others-not-started'
}
