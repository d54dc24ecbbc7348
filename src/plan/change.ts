/** The changes a fix can make, as plain data: what is written, to which object, under which condition, and why. */

import type { Remedy } from '../diagnosis/finding.ts'
import type { ObjectManager, PullSecretEntryName, ReplacedLogin } from '../snapshot/fix-objects.ts'

/** The subset of JSON Patch (RFC 6902) that pullguard writes. */
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
  /** The stuck pod names the Secret already, which gets a login. */
  | { code: 'backed-off' }
  | { code: 'interrupted'; run: string }

/** One field of an object: its value before and after the change. */
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
  /** Ids of the changes that have to succeed first. */
  needs: string[]
  managedBy: ObjectManager | null
  reason: ChangeReason
}

/** A Secret of type kubernetes.io/dockerconfigjson. Plans never contain its content, which is added while the plan is applied. */
export interface CreateSecret extends ChangeBase {
  action: 'create-secret'
  /** The `auths` keys that it will contain. */
  keys: string[]
}

/** Writes `keys` to an existing Secret and leaves its other keys unchanged. */
export interface UpdateSecret extends ChangeBase {
  action: 'update-secret'
  keys: string[]
  /** Whether pullguard created the Secret; false only with --overwrite-secret. */
  ours: boolean
  /** Logins of others that it overwrites or drops, and that no undo restores; absent if there are none. */
  replaces?: ReplacedLogin[]
}

export interface PatchServiceAccount extends ChangeBase {
  action: 'patch-serviceaccount'
  /** Other workloads whose pods run as it and get the login, as `deployment/cart`; null if unknown; absent if fixing whole namespaces. */
  sharedWith?: string[] | null
  edits: Edit[]
  patch: PatchOperation[]
}

export interface PatchTemplate extends ChangeBase {
  action: 'patch-template'
  edits: Edit[]
  patch: PatchOperation[]
  selector: string | null
  rollsOut: boolean
  /** Names of the stuck pods that it helps. */
  pods: string[]
  /** Upper bound of Docker Hub pulls that its new pods spend. */
  pulls: number
}

/** Removes a stuck pod so that its controller makes a new one. */
export interface RecreatePod extends ChangeBase {
  action: 'recreate-pod'
  /** `evict` for a ready pod, so that disruption budgets apply. */
  method: 'delete' | 'evict'
  controller: { kind: string; name: string; uid: string }
  /** The topmost controller; `uid` is null if it is unknown. */
  workload: { kind: string; name: string; uid: string | null }
  selector: string | null
  pulls: number
}

/** Deletes a pod without a controller and creates it again from its own spec. */
export interface RecreateBarePod extends ChangeBase {
  action: 'recreate-bare-pod'
  method: 'delete' | 'evict'
  /** Appended to its imagePullSecrets; null if the new pod gets the Secret anyway. */
  secretName: string | null
  pulls: number
}

/** Creates a bare pod that an interrupted run deleted. */
export interface RestoreBarePod extends ChangeBase {
  action: 'restore-bare-pod'
  run: string
  /** The deleted pod while it is still terminating, until the end of its grace period (ISO 8601); null once it is gone. */
  ending: { uid: string; until: string } | null
  pulls: number
}

export type PodChange = RecreatePod | RecreateBarePod | RestoreBarePod
export type PatchChange = PatchServiceAccount | PatchTemplate
export type SecretChange = CreateSecret | UpdateSecret
export type Change = SecretChange | PatchChange | PodChange

/**
 * The order of changes; those of one stage can be made at the same time. Secrets come first, then the service accounts that name them, then
 * templates: a rollout's pods get both when they are created. Pods that need all of these come last.
 */
export const STAGES: readonly (readonly Change['action'][])[] = [
  ['create-secret', 'update-secret'],
  ['patch-serviceaccount'],
  ['patch-template'],
  ['restore-bare-pod', 'recreate-pod', 'recreate-bare-pod'],
]
