/** What a diagnosis says: findings with a code, typed arguments and their evidence. The shapes here are what `-o json` prints. */

import type { KeyMismatch } from '../dockerconfig/key-mismatch.ts'
import type { Moved } from '../image/moved.ts'
import type { LimitSight } from '../snapshot/hub-quota.ts'
import type { JudgedCheck } from '../snapshot/image-verdict.ts'
import type { ContainerKind } from '../snapshot/pod.ts'
import type { PullSecret } from '../snapshot/pull-secret.ts'
import type { Gap, SnapshotScope, SnapshotSource } from '../snapshot/snapshot.ts'
import type { Clue } from './clues.ts'
import type { CredentialHint } from './credential-hint.ts'
import type { Endpoint } from './endpoint.ts'
import type { PullingNode } from './pulling-node.ts'
import type { Remedy } from './remedies.ts'

/** Every cause a failed pull can have; DESIGN.md's table says what each is and is not. The order is the order of telling. */
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

/** Who is counted against a rate limit. */
export type RateLimitSubcause = 'anonymous' | 'account' | 'abuse' | 'unspecified'

/** Why the registry refused; DESIGN.md's table says what each is. */
export type DenialSubcause =
  | 'no-credential-sent'
  | 'credential-refused'
  | 'not-permitted'
  | 'denied-or-missing'
  | 'blocked'
  | 'policy'
  | 'upstream'
  | 'unspecified'

/** What is not there; `not-in-mirror` proves nothing about the image. */
export type NotFoundSubcause = 'tag' | 'repository' | 'not-in-mirror' | 'unspecified'

/** What keeps a pod with policy Never from its image. */
export type NeverPullSubcause = 'not-present' | 'not-verified'

export type Subcause = RateLimitSubcause | DenialSubcause | NotFoundSubcause | NeverPullSubcause

export type Severity = 'error' | 'warning' | 'info'

/** The sentence that proves the cause, whole and redacted; null text never occurs: no sentence, no evidence. */
export interface Evidence {
  from: 'event' | 'status'
  text: string
}

/** Why one credential does not serve one image. */
export type AttemptProblem =
  | 'secret-missing'
  | 'secret-forbidden'
  | 'secret-unread'
  | 'wrong-type'
  | 'wrong-key'
  | 'wrong-layout'
  | 'malformed'
  | 'creds-store-only'
  | 'no-entries'
  | 'key-never-matches'
  | 'other-registry'
  | 'empty-auth'
  | 'token-only'
  | 'half'
  | 'shadowed'

/** One credential the kubelet looks at for one image, in its order. */
export interface Attempt {
  from: 'pod' | 'serviceaccount'
  /** The Secret's name. */
  secret: string
  /** The auths key that matched, or that should have; null where the secret has none to look at. */
  key: string | null
  username: string | null
  usable: boolean
  problem: AttemptProblem | null
  /** Where the problem sits: the Secret's type, a data key, the layout of its content; never a value. */
  detail?: string
  /** In what the key differs from one that would serve, where it was meant for this registry. */
  mismatch?: KeyMismatch
  /** Who says that the Secret is missing; left out where the API server does. */
  provenBy?: PullSecret['provenBy']
}

export type CredentialStatus = 'none' | 'usable' | 'broken' | 'unknown'

export interface CredentialReport {
  /** `unknown` without attempts: the pod's pull secrets played no part. */
  status: CredentialStatus
  attempts: Attempt[]
  /** Logins for this image that the pod does not have, the nearest first; left out where none is known. */
  hints?: CredentialHint[]
  /** The registry says that no login came, though the pod has one that should have been sent; left out otherwise. */
  contradicted?: true
}

/** One failing container: one finding. */
export interface Finding {
  cause: Cause
  /** null for a cause that has none, and where the text does not tell. */
  subcause: Subcause | null
  severity: Severity
  namespace: string
  pod: string
  container: string
  containerKind: ContainerKind
  /** The topmost controller; null for a bare pod. */
  workload: { kind: string; name: string } | null
  node: string | null
  /** As written; empty where a sandbox's error does not name it. */
  image: string
  /** As Kubernetes reads it; null if it does not parse. */
  reference: string | null
  registry: string | null
  /** null where the text names none. */
  endpoint: Endpoint | null
  /** Where an image that is gone from its place is published now; null for any other. */
  moved: Moved | null
  /** The waiting reason; of a sandbox, which has no state, the event's. */
  reason: string
  /** ISO 8601: the first sign of it. */
  since: string | null
  evidence: Evidence | null
  credential: CredentialReport
  /** What the registry said when it was asked; null where nobody asked (`--check-images`). */
  check: JudgedCheck | null
  /** What is left of Docker Hub's limit; left out where nobody asked (`--check-images`), or it told nothing. */
  quota?: LimitSight
  remedies: Remedy[]
  /** What else the text, the name or the pod gives away. Not printed. */
  clues: Clue[]
  /** The node that pulls, as far as it is known. Not printed. */
  host: PullingNode
  /** Blast radius, high first: system-node-critical DaemonSets and kube-system lead. Not printed. */
  urgency: number
}

/** An image that is being pulled for long. No finding: nothing has failed. */
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
  /** No gap. */
  complete: boolean
  source: SnapshotSource
  scope: SnapshotScope
  summary: { pods: number; failingPods: number; causes: Partial<Record<Cause, number>> }
  findings: Finding[]
  /** The longest first. */
  pulling: LongPull[]
  gaps: Gap[]
}
