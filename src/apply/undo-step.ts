/** What taking back a run would do to each object that it wrote, and what became of it. The shapes here are what `-o json` prints. */

import type { Edit, PatchOperation, Target } from '../plan/change.ts'
import type { OutcomeStatus } from './outcome.ts'

/** Why an object is left as it is. */
export type LeftReason =
  /** It is no longer there. */
  | 'gone'
  /** Another object has its name. */
  | 'replaced'
  /** It no longer holds what the run wrote. */
  | 'changed'
  /** An undo that was interrupted has taken it back already. */
  | 'taken-back'
  /** The run meant to write it and did not come to it. */
  | 'never-written'
  /** Service accounts, templates or bare pods name the Secret. */
  | 'still-named'
  /** Its login was renewed by this run; the run that made it takes it away. */
  | 'goes-with-its-run'
  /** Credentials were put into a Secret that was there before; what it held is kept nowhere. */
  | 'earlier-content-unknown'
  /** A bare pod that the run deleted and did not come to make again; the next fix does. */
  | 'pod-taken-away'
  /** A new pod took the place of the stuck one, which is gone for good. */
  | 'pod-recreated'

/** One field as it goes back. */
export interface UndoneField {
  field: Edit['field']
  container: string | null
  /** What it holds; for imagePullSecrets the entry that is taken off. */
  from: string
  /** null: the field or the entry goes. */
  to: string | null
}

interface RestoreFields {
  id: string
  action: 'restore-fields'
  target: Target
  fields: UndoneField[]
  /** Fields that the run wrote and somebody else has written since; they stay. */
  changed: UndoneField[]
  patch: PatchOperation[]
  /** What a template's way back does to its pods; null for what is no template. */
  effect: UndoEffect | null
}

export type UndoEffect =
  /** A rollout replaces its pods. */
  | 'rollout'
  /** All of its pods go before new ones come. */
  | 'recreate'
  /** Those that run stay, new ones are made from it. */
  | 'new-pods'

/** Takes keys out of a Secret that was there before. */
export interface RemoveKeys {
  id: string
  action: 'remove-keys'
  target: Target
  resourceVersion: string
  keys: string[]
  /** Keys that it had before, and whose earlier login is kept nowhere: they stay. */
  kept: string[]
}

export interface DeleteSecret {
  id: string
  action: 'delete-secret'
  target: Target
  resourceVersion: string
  /** Ids of steps without which it must not go: they take its name off what names it. */
  needs: string[]
}

interface Leave {
  id: string
  action: 'leave'
  target: Target
  reason: LeftReason
  /** What names the Secret; without a name: objects of the kind may not be read. */
  by?: { kind: string; name: string | null }[]
}

export type UndoStep = RestoreFields | DeleteSecret | RemoveKeys | Leave

export interface UndoOutcome {
  id: string
  action: UndoStep['action']
  target: Target
  status: OutcomeStatus | 'left'
  /** Set where it was left. */
  reason: LeftReason | null
  /** The server's own sentence, free of secrets. */
  detail: string | null
}

/** The step for an object that stays as it is. */
export function leave({ id, target }: Pick<Leave, 'id' | 'target'>, reason: LeftReason): Leave {
  return { id, action: 'leave', target, reason }
}

/** A Secret with a login in it that the undo does not take away. */
export function keepsLogin(step: UndoStep): boolean {
  if (step.action === 'remove-keys') return step.kept.length > 0
  return (
    step.action === 'leave' &&
    step.target.kind === 'Secret' &&
    ['changed', 'still-named', 'goes-with-its-run', 'earlier-content-unknown'].includes(step.reason)
  )
}
