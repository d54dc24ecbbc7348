/** What an audit examines: the templates of workloads and what affects their pulls. Plain data, free of secrets. */

import type { ImageCheck } from './image-check.ts'
import type { PullSecret } from './pull-secret.ts'
import type { Gap, ServiceAccount, SnapshotScope, SnapshotSource } from './snapshot.ts'
import type { WorkloadTemplate } from './template.ts'

/** The nodes of a cluster. */
export interface AuditedNodes {
  /** Names of the nodes on which new pods can be placed. */
  schedulable: string[]
  /** The distinct kubelet versions, such as `v1.34.2`. */
  kubelets: string[]
  /** The distinct platforms, such as `linux/arm64`. */
  platforms: string[]
}

/** What pods show about one container of a workload. */
export interface ObservedContainer {
  workloadUid: string
  container: string
  /** Nodes that have the image, according to a running pod's imageID or the node's own list. */
  nodes: string[]
  /** The image that a pod has instead of the template's; null if all pods have the template's image. */
  rewritten: { pod: string; image: string } | null
  /** A pod that has the policy Always although the template has another one. */
  forced: { pod: string } | null
  /** A pod that waits between crashes. */
  crashing: { pod: string } | null
}

/** A pod whose pull secrets are neither its template's nor, if the template has none, its service account's. */
interface SecretsChanged {
  workloadUid: string
  pod: string
  expected: string[]
  found: string[]
}

/** A file, or a document in a file, that could not be read. */
export interface UnreadFile {
  path: string
  problem: FileProblem
  /** Counts from 1; null for the whole file. */
  line: number | null
  column: number | null
}

export type FileProblem =
  | 'syntax'
  | 'aliases'
  | 'nesting'
  | 'not-text'
  | 'too-large'
  | 'forbidden'
  | 'missing'
  | 'link-out'
  /** A link whose target does not exist. */
  | 'link-nowhere'
  | 'link-loop'
  | 'unreadable'

export interface AuditSnapshot {
  /** ISO 8601. */
  takenAt: string
  source: SnapshotSource
  scope: SnapshotScope
  workloads: WorkloadTemplate[]
  serviceAccounts: ServiceAccount[]
  /** In a cluster, the referenced pull secrets, including missing ones; in files, all of them. */
  pullSecrets: PullSecret[]
  /** null if nodes can't be known. */
  nodes: AuditedNodes | null
  observations: ObservedContainer[]
  secretsChanged: SecretsChanged[]
  /** What registries answered (`--check-images`, `--fix`). */
  imageChecks: ImageCheck[]
  gaps: Gap[]
  unread: UnreadFile[]
  /** Files that are templates and have to be rendered first. */
  templates: string[]
  /** The number of files read, not counting templates and unreadable files; 0 for a cluster. */
  files: number
}
