/** The result of `why` for one pod: for each image, what the kubelet tries and which links are broken. `-o json` prints these shapes. */

import type { JudgedCheck } from '../snapshot/image-verdict.ts'
import type { Workload } from '../snapshot/owners.ts'
import type { ContainerKind, PullPolicy } from '../snapshot/pod.ts'
import type { Gap } from '../snapshot/snapshot.ts'
import type { Attempt } from './credential/credential-report.ts'
import type { Finding } from './finding.ts'

/** `blocked`: the kubelet refuses before it asks a registry (malformed secret, invalid name, policy Never). */
export type CredentialState = 'anonymous' | 'authenticated' | 'blocked' | 'unknown'

/** The links of the chain that can be broken, besides those of an attempt. */
export type WhyProblem =
  | { code: 'invalid-reference'; detail: string }
  | { code: 'never-pull' }
  | { code: 'malformed-secret'; secret: string }
  | { code: 'service-account-secrets-ignored'; serviceAccount: string; secrets: string[] }
  | { code: 'service-account-changed-later'; serviceAccount: string; secrets: string[]; unlessListed?: true }
  | { code: 'no-credential'; registry: string }
  /** The registry reports that no login was sent, although these secrets have one for it. */
  | { code: 'credential-unused'; registry: string; secrets: string[] }
  | { code: 'attempt'; secret: string; key: string | null; problem: Exclude<Attempt['problem'], null> }
  | { code: 'pull-failed'; finding: Finding }

export interface WhyContainer {
  container: string
  kind: ContainerKind
  image: string
  reference: string | null
  registry: string | null
  pullPolicy: PullPolicy | null
  attempts: Attempt[]
  /** The pod's own list of pull secrets has an entry without a name, which the kubelet skips; absent otherwise. */
  unnamed?: true
  verdict: CredentialState
  /** As in findings. */
  check: JudgedCheck | null
  /** ISO 8601: when the pull of its image began, if it has been running for a minute or more; else null. */
  pullingSince: string | null
  /** Every problem found; the first is the one to repair. */
  problems: WhyProblem[]
  /** The failed pull as `diagnose` reports it; null if the pull does not fail now. */
  finding: Finding | null
  /** What would be problems if the image had to be pulled again, and secrets that could not be read; absent if there are none. */
  notes?: WhyNote[]
}

type WhyNote = Exclude<WhyProblem, { code: 'pull-failed' }>

/** What keeps a pod from running although its images are not the problem. */
export interface Obstacle {
  code:
    | 'unscheduled'
    /** The pod is being deleted, so its kubelet pulls nothing anymore. */
    | 'deleting'
    /** The pod itself failed, such as by eviction. */
    | 'failed'
    /** An init container still runs. */
    | 'initializing'
    /** The container has not been created. */
    | 'starting'
    /** The container ended or is not started again. */
    | 'not-running'
    | 'not-ready'
  /** null if it is the pod's. */
  container: string | null
  /** In Kubernetes' words, such as CrashLoopBackOff; empty if there is none. */
  reason: string
}

export interface Why {
  /** ISO 8601. */
  takenAt: string
  pod: string
  namespace: string
  workload: Workload | null
  serviceAccount: string
  node: string | null
  containers: WhyContainer[]
  /** null if the pod runs, has succeeded, or waits for an image. */
  obstacle: Obstacle | null
  gaps: Gap[]
}
