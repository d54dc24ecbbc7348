/** The result of a diagnosis: findings with a code, typed arguments, and their evidence. `-o json` prints these shapes. */

import type { Moved } from '../image/moved/moved.ts'
import type { ObjectManager } from '../snapshot/fix-objects.ts'
import type { LimitAnswer } from '../snapshot/hub-quota.ts'
import type { JudgedCheck } from '../snapshot/image-verdict.ts'
import { objectKey } from '../snapshot/object-key.ts'
import type { Workload } from '../snapshot/owners.ts'
import type { ContainerKind } from '../snapshot/pod.ts'
import type { Gap, SnapshotScope, SnapshotSource } from '../snapshot/snapshot.ts'
import type { Clue } from './clues/clue.ts'
import type { CredentialReport } from './credential/credential-report.ts'
import type { PullingNode } from './node/pulling-node.ts'
import type { Endpoint } from './text/endpoint.ts'

/** Every cause that a failed pull can have; the README's table explains each. Findings of equal priority are listed in this order. */
export const CAUSES = [
  'rate-limited',
  'kubelet-qps',
  'auth-required-or-denied',
  'image-not-found',
  'registry-not-found-dns',
  'network-timeout',
  'connection-refused-or-reset',
  'tls',
  'http-https-mismatch',
  'proxy',
  'platform-mismatch',
  'unsupported-manifest',
  'invalid-reference',
  'never-pull',
  'disk-full',
  'registry-server-error',
  'corrupt-or-unpack',
  'signature-policy',
  'canceled-or-deadline',
  'other',
] as const
export type Cause = (typeof CAUSES)[number]

/** Whose pulls the rate limit counts. */
export type RateLimitSubcause = 'anonymous' | 'account' | 'abuse' | 'unspecified'

/** Why the registry refused; the README explains each. */
export type DenialSubcause =
  | 'no-credential-sent'
  | 'credential-refused'
  | 'not-permitted'
  | 'denied-or-missing'
  | 'blocked'
  | 'policy'
  | 'upstream'
  | 'unspecified'

/** What is missing; `not-in-mirror` proves nothing about the image at its registry. */
export type NotFoundSubcause = 'tag' | 'repository' | 'not-in-mirror' | 'unspecified'

/** Why a pod with policy Never doesn't get its image: the node lacks it, or has it for other credentials only. */
export type NeverPullSubcause = 'not-present' | 'not-verified'

export type Subcause = RateLimitSubcause | DenialSubcause | NotFoundSubcause | NeverPullSubcause

export type Severity = 'error' | 'warning' | 'info'

/** The message that proves the cause, whole and redacted. `text` is never empty: without a message, evidence is null. */
export interface Evidence {
  from: 'event' | 'status'
  text: string
}

/** What `fix` can do for a finding. */
export type Remedy = 'authenticate' | 'recreate' | 'pin' | 'pull-policy' | 'replace-registry'

/** One failing container. */
export interface Finding {
  cause: Cause
  /** null if the cause has none, or the text does not show which. */
  subcause: Subcause | null
  severity: Severity
  namespace: string
  pod: string
  container: string
  containerKind: ContainerKind
  /** The topmost controller; null for a bare pod. */
  workload: Workload | null
  /** The tool that reverts or replaces changes of the workload, such as Argo CD; absent if none is known. */
  managedBy?: ObjectManager
  /** The pod is of an older revision, and its StatefulSet waits for it instead of replacing it; absent otherwise. */
  outgoing?: true
  node: string | null
  /** As written; empty if a sandbox's error does not name its image. */
  image: string
  /** The full name, as Kubernetes parses it; null if it does not parse. */
  reference: string | null
  /** The reference's; the one that failed, if the node's settings for short names led there. */
  registry: string | null
  /** null if the text names no host. */
  endpoint: Endpoint | null
  /** Where an image that has moved is published now; null for any other. */
  moved: Moved | null
  /** The waiting reason; for a sandbox, which has no state, the event's reason. */
  reason: string
  /** ISO 8601: when the failure was first seen. */
  since: string | null
  evidence: Evidence | null
  /** The error that decided, of several that the evidence holds (one for each login that was tried). Not printed in documents; left out otherwise. */
  judged?: string
  credential: CredentialReport
  /** What the registry answered; null without `--check-images`. */
  check: JudgedCheck | null
  /** What is left of Docker Hub's limit; absent unless it was asked for (`--check-images`) and answered. */
  quota?: LimitAnswer
  remedies: Remedy[]
  /** What else the text, the image's name, or the pod shows. Not printed. */
  clues: Clue[]
  /** What is known of the node that pulls. Not printed. */
  host: PullingNode
  /** Whether retries alone are not expected to succeed. Not printed. */
  lasting: boolean
  /** A controller that is not built in created the pod, so no fix can replace the pod. Not printed; absent otherwise. */
  ofCustomController?: true
  /** How many pods and nodes are affected, and how critical they are; higher is more urgent. Not printed. */
  priority: number
}

/** An image that has been pulling for a long time. Not a finding: nothing has failed. */
export interface LongPull {
  namespace: string
  pod: string
  container: string
  containerKind: ContainerKind
  /** As written. */
  image: string
  /** ISO 8601: when the pull began. */
  since: string
}

export interface Diagnosis {
  takenAt: string
  /** Everything could be read: there are no gaps. */
  complete: boolean
  source: SnapshotSource
  scope: SnapshotScope
  summary: { pods: number; failingPods: number; causes: Partial<Record<Cause, number>> }
  findings: Finding[]
  /** The longest first. */
  pulling: LongPull[]
  gaps: Gap[]
  /** Failures that a baseline knows; absent without a baseline. They are not among the findings, and the summary does not count them. */
  known?: KnownFailure[]
}

/** A failure that the team has accepted. */
export interface KnownFailure {
  finding: Finding
  /** Why the failure is ignored, and until when; null if its fingerprint is in the baseline, or if it is ignored forever. */
  reason: string | null
  expires: string | null
}

/** Whether the registry refused the image or lacks it, so that its name may be wrong. */
export function isRefusedOrMissing(cause: Cause): boolean {
  return cause === 'auth-required-or-denied' || cause === 'image-not-found'
}

const UNREACHED: readonly Cause[] = [
  'registry-not-found-dns',
  'network-timeout',
  'connection-refused-or-reset',
]

/** Whether the host was not reached, so that nothing is known of what it would answer. */
export function isUnreached(cause: Cause): boolean {
  return UNREACHED.includes(cause)
}

/** Whether the pull failed on the way to a registry's answer. */
export function isOnTheWay(cause: Cause): boolean {
  return isUnreached(cause) || cause === 'tls' || cause === 'http-https-mismatch' || cause === 'proxy'
}

/** The finding with more clues. */
export function withClues(finding: Finding, clues: readonly Clue[]): Finding {
  return clues.length === 0 ? finding : { ...finding, clues: [...finding.clues, ...clues] }
}

/** How many pods the findings are about. */
export function countPods(findings: readonly Finding[]): number {
  return new Set(findings.map(({ namespace, pod }) => objectKey(namespace, pod))).size
}

/** How many findings have each cause. */
export function countCauses(findings: readonly Pick<Finding, 'cause'>[]): Diagnosis['summary']['causes'] {
  const counts: Diagnosis['summary']['causes'] = {}
  for (const { cause } of findings) counts[cause] = (counts[cause] ?? 0) + 1
  return counts
}
