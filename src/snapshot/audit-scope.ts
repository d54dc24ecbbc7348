/** What an audit looks at: the templates of workloads and what decides on their pulls. Plain, and free of secrets. */

import type { ImageCheck } from './image-check.ts'
import type { PullSecret } from './pull-secret.ts'
import type { Gap, ServiceAccount, SnapshotScope, SnapshotSource } from './snapshot.ts'
import type { WorkloadTemplate } from './template.ts'

/** The nodes of a cluster. */
export interface AuditedNodes {
  /** Those on which new pods may be placed. */
  schedulable: string[]
  /** The kubelets' versions, such as `v1.34.2`, each once. */
  kubelets: string[]
  /** `linux/arm64`, each once. */
  platforms: string[]
}

/** What pods tell of one container of a workload. */
export interface Sighting {
  workloadUid: string
  container: string
  /** Nodes on which a pod of it has the image, by a running pod's imageID or the node's own list. */
  nodes: string[]
  /** What the pods have in place of the template's image; null where they have that very image. */
  rewritten: { pod: string; image: string } | null
  /** A pod has Always where its template says another policy. */
  forced: { pod: string } | null
  /** Its pod waits between crashes. */
  crashing: { pod: string } | null
}

/** A pod whose pull secrets are neither those of its template nor, if that has none, its service account's. */
interface SecretsChanged {
  workloadUid: string
  pod: string
  expected: string[]
  found: string[]
}

/** A file or a document of one that could not be read. */
export interface UnreadFile {
  path: string
  problem: FileProblem
  /** From 1; null where it is the whole file. */
  line: number | null
  column: number | null
}

export type FileProblem =
  | 'syntax'
  | 'duplicate-key'
  | 'aliases'
  | 'nesting'
  | 'not-text'
  | 'too-large'
  | 'forbidden'
  | 'missing'
  | 'link-out'
  | 'link-loop'
  | 'unreadable'

export interface AuditScope {
  /** ISO 8601. */
  takenAt: string
  source: SnapshotSource
  scope: SnapshotScope
  workloads: WorkloadTemplate[]
  serviceAccounts: ServiceAccount[]
  /** Of a cluster those that are named, missing ones too; of files whatever they hold. */
  pullSecrets: PullSecret[]
  /** null where nodes can't be known. */
  nodes: AuditedNodes | null
  sightings: Sighting[]
  secretsChanged: SecretsChanged[]
  /** What registries answered (`--check-images`, `--fix`). */
  imageChecks: ImageCheck[]
  gaps: Gap[]
  unread: UnreadFile[]
  /** Files that are templates, to be rendered first. */
  templates: string[]
  /** Files read, templates and unreadable ones left out; 0 for a cluster. */
  files: number
}
