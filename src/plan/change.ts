/** The changes a fix can make, as plain data: what is written, to what, on which condition, and why. */

import type { Remedy } from '../diagnosis/remedy.ts'
import type { ObjectManager, PullSecretEntryName } from '../snapshot/fix-scope.ts'

/** RFC 6902, the part of it that pullguard writes. */
export interface PatchOperation {
  op: 'add' | 'remove' | 'replace' | 'test'
  path: string
  value?: unknown
}

/** The object that a change writes to. `uid` is null for one that does not exist yet. */
export interface Target {
  apiVersion: string
  kind: string
  namespace: string
  name: string
  uid: string | null
}

/** Remedies that edit the containers of a template. */
export type EditingRemedy = Exclude<Remedy, 'authenticate' | 'recreate'>

/** Why a change is in the plan. */
export type ChangeReason =
  | { code: 'credential-needed'; registries: string[] }
  | { code: 'attach-default' }
  | { code: 'attach-used' }
  | { code: 'template-has-own-secrets'; serviceAccount: string }
  | { code: EditingRemedy }
  | { code: 'stuck' }
  | { code: 'interrupted'; run: string }

/** One field of an object: what it held and what it will hold. */
export type Edit =
  | {
      field: 'image' | 'imagePullPolicy'
      container: string
      /** JSON pointer of the container. */
      pointer: string
      before: string | null
      after: string
      reason: ChangeReason
    }
  | {
      field: 'imagePullSecrets'
      /** JSON pointer of the list. */
      pointer: string
      before: PullSecretEntryName[] | null
      /** The one entry that is appended. */
      entry: string
      reason: ChangeReason
    }

interface ChangeBase {
  /** Stable within a plan, such as `patch-serviceaccount:web/default`. */
  id: string
  target: Target
  /** Ids of changes without which this one makes no sense. */
  needs: string[]
  managedBy: ObjectManager | null
  reason: ChangeReason
}

/** A Secret of type kubernetes.io/dockerconfigjson; its content is joined to the plan only while it is applied. */
export interface CreateSecret extends ChangeBase {
  action: 'create-secret'
  /** The `auths` keys it will hold. */
  keys: string[]
}

/** Puts `keys` into an existing Secret and leaves its other keys alone. */
export interface UpdateSecret extends ChangeBase {
  action: 'update-secret'
  keys: string[]
  /** False where pullguard did not make it and --overwrite-secret was given. */
  ours: boolean
}

export interface PatchServiceAccount extends ChangeBase {
  action: 'patch-serviceaccount'
  edits: Edit[]
  patch: PatchOperation[]
}

export interface PatchTemplate extends ChangeBase {
  action: 'patch-template'
  edits: Edit[]
  patch: PatchOperation[]
  selector: string | null
  rollsOut: boolean
  /** Stuck pods it aims at, by name. */
  pods: string[]
  /** Upper bound of Docker Hub pulls that its new pods spend. */
  pulls: number
}

/** Takes a stuck pod away so that its controller makes a new one. */
export interface RecreatePod extends ChangeBase {
  action: 'recreate-pod'
  /** `evict` where the pod is ready, so that disruption budgets have their say. */
  method: 'delete' | 'evict'
  controller: { kind: string; name: string; uid: string }
  /** The topmost controller; its uid is null where it is not known. */
  workload: { kind: string; name: string; uid: string | null }
  selector: string | null
  pulls: number
}

/** Deletes a pod without a controller and creates it again from its own spec. */
export interface RecreateBarePod extends ChangeBase {
  action: 'recreate-bare-pod'
  method: 'delete' | 'evict'
  /** Appended to its imagePullSecrets; null where it has it already. */
  secretName: string | null
  pulls: number
}

/** Creates a bare pod that an interrupted run deleted. */
export interface RestoreBarePod extends ChangeBase {
  action: 'restore-bare-pod'
  run: string
  /** The deleted one while it has not ended; null once it has. */
  ending: { uid: string; until: string } | null
  pulls: number
}

export type PodChange = RecreatePod | RecreateBarePod | RestoreBarePod
export type PatchChange = PatchServiceAccount | PatchTemplate
export type SecretChange = CreateSecret | UpdateSecret
export type Change = SecretChange | PatchChange | PodChange

/** What comes first: Secrets, then what names them, then the pods that are to find them. */
export const ACTION_ORDER: Change['action'][] = [
  'create-secret',
  'update-secret',
  'patch-serviceaccount',
  'patch-template',
  'restore-bare-pod',
  'recreate-pod',
  'recreate-bare-pod',
]
