/** A plan: everything a fix would change and everything it declines, complete enough to be saved and applied later, and its scope. */

import type { Cause, Finding } from '../diagnosis/finding.ts'
import type { JobLimit, ObjectManager } from '../snapshot/fix-objects.ts'
import { objectKey } from '../snapshot/object-key.ts'
import type { PodMaker } from '../snapshot/pod.ts'
import type { ProofFailure } from '../snapshot/registry-answers.ts'
import type { RolloutKind } from '../snapshot/rollout.ts'
import type { Gap } from '../snapshot/snapshot.ts'
import type { Change, Target } from './change.ts'

/** A credential that the plan distributes, without its password. */
export interface PlanCredential {
  registry: string
  /** The `auths` key it is written under. */
  key: string
  username: string
  /** Where on this machine it comes from, such as `~/.docker/config.json`. */
  origin: string
  /** The kind of token that the password's format indicates; absent if it indicates none. */
  token?: TokenKind
}

/** Tokens recognizable by their format: a person's, an organization's, or a cloud's, which is valid for hours. */
export type TokenKind = 'personal-token' | 'organization-token' | 'short-lived'

/** A login that failed its proof and is not distributed. */
export interface UnprovenLogin {
  username: string
  why: ProofFailure | 'used-up'
  /** The image that it can't pull; null if the reason is not an image. */
  image: string | null
}

/** Something that the plan deliberately leaves unchanged, and why. `report` words it and names the command that helps. */
export type Declined =
  | { code: 'managed'; change: Change }
  | { code: 'foreign-secret'; target: Target; type: string | null; owner: ObjectManager | null }
  | { code: 'immutable-secret'; target: Target }
  | { code: 'ending-object'; target: Target }
  | { code: 'unread-account'; target: Target; gap: Gap }
  | { code: 'no-credential'; registry: string; detail: string | null; findings: number }
  | { code: 'unnamed-registry'; registry: string; findings: number }
  | { code: 'unneeded-login'; registry: string; username: string }
  | ({ code: 'unproven-login'; registry: string; findings: number } & UnprovenLogin)
  | { code: 'bare-pod'; target: Target }
  | { code: 'made-pod'; target: Target; maker: PodMaker }
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
  /** `admitted` is the image that a webhook, a policy, or a person gave the pod instead of the template's `image`. */
  | { code: 'changed-at-admission'; target: Target; container: string; image: string; admitted: string }
  | {
      code: 'no-replacement'
      target: Target
      container: string
      image: string
      asked: string[]
      /** True if every registry answered that the image does not exist or was not built for these nodes; false if one did not answer. */
      absent: boolean
      detail: string | null
    }
  | { code: 'terminating-namespace'; namespace: string }
  | { code: 'part-of-workload'; target: Target; pods: number; selector: string | null }
  | { code: 'no-remedy'; cause: Cause; target: Target; container: string; image: string }

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
  /** In the order in which they are applied. */
  changes: Change[]
  declined: Declined[]
  /** Upper bound of the Docker Hub pulls that new pods spend: one per image and pod; a node that has the image spends none. */
  cost: { pulls: number }
}

/** Upper bound of the Docker Hub pulls that the changes spend. */
export function pullsSpentBy(changes: readonly Change[]): number {
  return changes.reduce((sum, change) => sum + ('pulls' in change ? change.pulls : 0), 0)
}

/** Whether it was declined because the object belongs to someone else or is immutable: the fix did less than was requested. */
export function isRefusal(declined: Declined): boolean {
  return ['managed', 'foreign-secret', 'immutable-secret'].includes(declined.code)
}

/** Reasons that a login, a flag, or an owner can remove; they lead to the exit code `refused`. */
const LIFTABLE: Declined['code'][] = [
  'managed',
  'foreign-secret',
  'immutable-secret',
  'ending-object',
  'no-credential',
  'unnamed-registry',
  'bare-pod',
  'same-account-limited',
  'paused-deployment',
  'part-of-workload',
  'latest-needs-pin',
]

/** Whether someone can remove the reason for declining. */
export function isLiftable({ code }: Declined): boolean {
  return LIFTABLE.includes(code)
}

/** Whether a login helps, be it a new one or one that only new pods get. */
export function isHelpedByLogin({ remedies }: Pick<Finding, 'remedies'>): boolean {
  return remedies.includes('authenticate') || remedies.includes('recreate')
}

/** Whether the decline concerns the finding's pod, its workload, or the object that would have provided a login. */
export function explains(declined: Declined, finding: Finding): boolean {
  if (
    declined.code === 'no-credential' ||
    declined.code === 'unproven-login' ||
    declined.code === 'unnamed-registry' ||
    declined.code === 'unneeded-login'
  )
    return declined.registry === finding.registry && isHelpedByLogin(finding)
  if (declined.code === 'terminating-namespace') return declined.namespace === finding.namespace
  const { kind, namespace, name } = declined.code === 'managed' ? declined.change.target : declined.target
  if (namespace !== finding.namespace) return false
  if (kind === 'Secret' || kind === 'ServiceAccount') return isHelpedByLogin(finding)
  if (kind === 'Pod') return name === finding.pod
  return finding.workload?.kind === kind && finding.workload.name === name
}

/** A workload, or a pod without a known workload. */
export interface PlanSubject {
  kind: RolloutKind
  namespace: string
  name: string
  /** What the user named, if this is the workload above it; absent if they are the same. */
  named?: { kind: string; name: string }[]
}

export interface PlanScope {
  /** null: every namespace. */
  namespaces: string[] | null
  affected: boolean
  excluded: string[]
  /** Only these workloads with their pods, and these pods; absent if none were named. */
  subjects?: PlanSubject[]
  /** Only pods with these labels, and workloads whose pods all have them; absent without -l. */
  selector?: string
}

/** Whether the scope covers only part of its namespaces; then nothing is prepared for other pods there. */
export function isNarrowed({ subjects, selector }: PlanScope): boolean {
  return subjects !== undefined || selector !== undefined
}

/** Whether the scope includes the workload, or the pod without a known workload. */
export function covers(scope: PlanScope, object: { kind: string; namespace: string; name: string }): boolean {
  const { kind, namespace, name } = object
  return (
    reachesInto(scope, namespace) &&
    (scope.subjects?.some(
      subject => subject.kind === kind && subject.namespace === namespace && subject.name === name,
    ) ??
      true)
  )
}

/** Whether the scope includes at least part of the namespace. */
export function reachesInto({ namespaces, excluded, subjects }: PlanScope, namespace: string): boolean {
  return (
    (namespaces?.includes(namespace) ?? true) &&
    !excluded.includes(namespace) &&
    (subjects?.some(subject => subject.namespace === namespace) ?? true)
  )
}

/**
 * The first change that writes outside the scope; null if there is none. Only the cluster knows which objects labels select and which pods
 * run as an account.
 */
export function changeOutside(scope: PlanScope, changes: readonly Change[]): Change | null {
  return changes.find(change => !reaches(scope, change)) ?? null
}

function reaches(scope: PlanScope, change: Change): boolean {
  const { target } = change
  switch (change.action) {
    case 'create-secret':
    case 'update-secret':
    case 'patch-serviceaccount':
      return reachesInto(scope, target.namespace)
    case 'recreate-pod':
      return covers(scope, { ...change.workload, namespace: target.namespace }) || covers(scope, target)
    default:
      return covers(scope, target)
  }
}

/** Returns the keys of the pods that the change replaces; none for a Secret or a service account, which can have a pod's name. */
export function podsReplacedBy(change: Change): string[] {
  const { namespace, kind, name } = change.target
  // Without a rollout, the pods are replaced by changes of their own, or not at all, such as those of a CronJob's current Job.
  if (change.action === 'patch-template')
    return change.rollsOut ? change.pods.map(pod => objectKey(namespace, pod)) : []
  return kind === 'Pod' ? [objectKey(namespace, name)] : []
}
