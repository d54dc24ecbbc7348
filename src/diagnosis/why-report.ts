/** What `why` says of one pod: for each image what the kubelet will try, and the one link that is broken. */

import type { JudgedCheck } from '../snapshot/image-verdict.ts'
import type { ContainerKind, PullPolicy } from '../snapshot/pod.ts'
import type { Gap } from '../snapshot/snapshot.ts'
import type { Attempt, Finding } from './finding.ts'

/** `blocked`: the kubelet refuses before it asks a registry (malformed secret, invalid name, policy Never). */
export type Verdict = 'anonymous' | 'authenticated' | 'blocked' | 'unknown'

/** The links of the chain that can be broken, besides those of an attempt. */
export type WhyProblem =
  | { code: 'invalid-reference'; detail: string }
  | { code: 'never-pull' }
  | { code: 'malformed-secret'; secret: string }
  | { code: 'service-account-secrets-ignored'; serviceAccount: string; secrets: string[] }
  | { code: 'service-account-changed-later'; serviceAccount: string; secrets: string[] }
  | { code: 'no-credential'; registry: string }
  /** The registry says that no login came, though these secrets hold one for it. */
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
  verdict: Verdict
  /** As in findings. */
  check: JudgedCheck | null
  /** ISO 8601: since when its image is being pulled, if for long; null otherwise. */
  pullingSince: string | null
  /** Every broken link found; the first is the one to repair. */
  problems: WhyProblem[]
  /** What would be a broken link if the image had to be pulled now, which it has not; left out where there is nothing. */
  notes?: WhyNote[]
}

type WhyNote = Exclude<WhyProblem, { code: 'pull-failed' }>

export interface Why {
  /** ISO 8601. */
  takenAt: string
  pod: string
  namespace: string
  workload: { kind: string; name: string } | null
  serviceAccount: string
  node: string | null
  containers: WhyContainer[]
  gaps: Gap[]
}
