/** A plan: everything a fix would do and everything it would leave, complete enough to be saved, read and run later. */

import type { Cause } from '../diagnosis/finding.ts'
import type { JobLimit, ObjectManager } from '../snapshot/fix-scope.ts'
import type { Change, Target } from './change.ts'
import type { UnprovenLogin } from './plan-input.ts'

/** A credential that the plan distributes, without its password. */
export interface PlanCredential {
  registry: string
  /** The `auths` key it is written under. */
  key: string
  username: string
  /** Where on this machine it comes from, such as `~/.docker/config.json`. */
  origin: string
  /** What its secret looks like; absent where nothing tells. */
  token?: TokenKind
}

/** Secrets that show by their look what they are: a person's or an organization's access token, or a cloud's of some hours. */
export type TokenKind = 'personal-token' | 'organization-token' | 'short-lived'

/** Something that was looked at and is left as it is, and why. The command that helps is put into words by `report`. */
export type Declined =
  | { code: 'managed'; change: Change }
  | { code: 'foreign-secret'; target: Target; type: string | null; owner: ObjectManager | null }
  | { code: 'immutable-secret'; target: Target }
  | { code: 'no-credential'; registry: string; detail: string | null; findings: number }
  | { code: 'unnamed-registry'; registry: string; findings: number }
  | { code: 'unneeded-login'; registry: string; username: string }
  | ({ code: 'unproven-login'; registry: string; findings: number } & UnprovenLogin)
  | { code: 'bare-pod'; target: Target }
  | { code: 'mirror-pod'; target: Target; node: string | null }
  | { code: 'immutable-job'; target: Target; fields: string[] }
  | { code: 'paused-deployment'; target: Target; fields: string[] }
  | { code: 'job-would-fail'; target: Target; pods: number; limit: JobLimit }
  | { code: 'outgoing-pod'; target: Target; workload: { kind: string; name: string } }
  | { code: 'below-partition'; target: Target; workload: { kind: string; name: string } }
  | { code: 'other-container-fails'; target: Target; container: string; image: string; cause: Cause }
  | { code: 'malformed-secret'; target: Target; secret: string }
  | { code: 'custom-controller'; target: Target; controller: { kind: string; name: string } }
  | { code: 'same-account-limited'; target: Target; username: string }
  | { code: 'not-found'; what: 'workload'; target: Target }
  | { code: 'latest-needs-pin'; target: Target; container: string; image: string }
  | { code: 'no-digest'; target: Target; container: string; image: string; detail: string | null }
  | { code: 'several-digests'; target: Target; container: string; image: string; digests: string[] }
  | {
      code: 'no-replacement'
      target: Target
      container: string
      image: string
      asked: string[]
      /** The registry itself says that it is not there; else it may only not have been reached. */
      absent: boolean
      detail: string | null
    }
  | { code: 'terminating-namespace'; namespace: string }
  | { code: 'no-remedy'; cause: Cause; target: Target; container: string; image: string }

export interface PlanScope {
  /** null: every namespace. */
  namespaces: string[] | null
  affected: boolean
  excluded: string[]
}

export interface Plan {
  apiVersion: 'pullguard.dev/v1'
  kind: 'Plan'
  /** ISO 8601. */
  createdAt: string
  cluster: { server: string; context: string | null; uid: string }
  scope: PlanScope
  /** The Secret's name in every namespace. */
  secretName: string
  credentials: PlanCredential[]
  /** In the order in which they are made. */
  changes: Change[]
  declined: Declined[]
  /** Upper bound of Docker Hub pulls that the recreated pods spend: one an image and pod, none where a node has it. */
  cost: { pulls: number }
}

/** Declined for a reason that a flag or a person can lift: such a fix did not do all that was asked of it. */
export function isRefusal(declined: Declined): boolean {
  return ['managed', 'foreign-secret', 'immutable-secret'].includes(declined.code)
}
