/** What an undo does to each object that a run wrote, and the outcome. `-o json` prints these shapes. */

import type { Edit, PatchOperation, Target } from '../plan/change.ts'
import type { OutcomeStatus } from './outcome.ts'

/** Why an object is left unchanged. */
export type LeftReason =
  /** It no longer exists. */
  | 'gone'
  /** Another object has its name. */
  | 'replaced'
  /** It no longer contains what the run wrote. */
  | 'changed'
  /** An interrupted undo has reverted it already. */
  | 'taken-back'
  /** The run planned the write and ended before it. */
  | 'never-written'
  /** Service accounts, templates or bare pods name the Secret. */
  | 'still-named'
  /** This run renewed its login; the undo of the run that created the Secret deletes it. */
  | 'goes-with-its-run'
  /** The run replaced logins in an existing Secret; their earlier values are not stored anywhere. */
  | 'earlier-content-unknown'
  /** A bare pod that the run deleted and did not create again; the next fix does. */
  | 'pod-taken-away'
  /** A new pod replaced the stuck one, which can't be restored. */
  | 'pod-recreated'

/** One field that the undo restores. */
export interface UndoneField {
  field: Edit['field']
  container: string | null
  /** The current value; for imagePullSecrets the entry that is removed. */
  from: string
  /** The restored value; null if the field or entry is removed. */
  to: string | null
}

interface RestoreFields {
  id: string
  action: 'restore-fields'
  target: Target
  fields: UndoneField[]
  /** Fields that the run wrote and someone else has changed since; they stay. */
  changed: UndoneField[]
  patch: PatchOperation[]
  /** What restoring a template does to its pods; null for other objects. */
  effect: UndoEffect | null
}

export type UndoEffect =
  /** A rollout replaces its pods. */
  | 'rollout'
  /** All of its pods are deleted before new ones are created. */
  | 'recreate'
  /** Running pods stay, and only new pods are created from the template. */
  | 'new-pods'

/** Removes keys from a Secret that existed before the run. */
export interface RemoveKeys {
  id: string
  action: 'remove-keys'
  target: Target
  resourceVersion: string
  keys: string[]
  /** Keys that existed before and whose earlier login is not stored anywhere: they stay. */
  kept: string[]
}

export interface DeleteSecret {
  id: string
  action: 'delete-secret'
  target: Target
  resourceVersion: string
  /** Ids of the steps that must succeed first: they remove the Secret's name from other objects. */
  needs: string[]
}

export interface Leave {
  id: string
  action: 'leave'
  target: Target
  reason: LeftReason
  /** The objects that name the Secret; `name` is null if this user can't read the kind. */
  by?: { kind: string; name: string | null }[]
}

export type UndoStep = RestoreFields | DeleteSecret | RemoveKeys | Leave

export interface UndoOutcome {
  id: string
  action: UndoStep['action']
  target: Target
  status: OutcomeStatus | 'left'
  /** Set if the object was left unchanged. */
  reason: LeftReason | null
  /** The server's own sentence, free of secrets. */
  detail: string | null
}
