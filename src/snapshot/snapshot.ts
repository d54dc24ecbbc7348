/** What was seen of a cluster or a dump: plain, serialisable, free of secrets. Everything after `source` works on this alone. */

import type { ImageCheck } from './image-check.ts'
import type { Node } from './node.ts'
import type { Pod } from './pod.ts'
import type { PullSecret } from './pull-secret.ts'

/** Where the facts came from. */
export type SnapshotSource = { type: 'cluster'; context: string | null; server: string } | FileSource

export interface FileSource {
  type: 'file'
  /** As they were named. */
  files: string[]
  /** Files of folders with something in them other than Kubernetes objects; left out where there is none. */
  passedOver?: { count: number; examples: string[] }
  /** Named folders that have folders in them which were not entered; left out where there is none. */
  unentered?: string[]
}

/** What was looked at; null: no bounds. */
export interface SnapshotScope {
  namespaces: string[] | null
  labelSelector: string | null
}

/** Why something that should have been read was not. */
export type GapReason = 'forbidden' | 'failed' | 'timeout' | 'expired' | 'truncated' | 'absent'

/** Something that should have been read and could not be. A snapshot with a gap is never called healthy. */
export interface Gap {
  /** Plural resource name as kubectl prints it: `pods`, `events`, `secrets`, `serviceaccounts`, `replicasets.apps`, `namespaces`… */
  what: string
  /** `null`: cluster-wide. */
  namespace: string | null
  why: GapReason
  /** The server's own sentence, or what is missing; free of secrets. */
  detail?: string
}

/** An event about a pod's pulls or its sandbox, as the kubelet wrote it. */
export interface PodEvent {
  namespace: string
  pod: string
  /** `null` where the event does not carry it. */
  podUid: string | null
  /** `spec.containers{shop}`, `spec.initContainers{setup}`, `spec.ephemeralContainers{debug}`; empty for the pod as a whole. */
  fieldPath: string
  reason: string
  message: string
  count: number
  /** ISO 8601; `null` where the event does not carry it. */
  firstSeen: string | null
  lastSeen: string | null
}

/** One step from a pod towards its topmost controller: the object and who controls it (`controller` null: nobody). */
export interface OwnerLink {
  namespace: string
  kind: string
  name: string
  uid: string
  controller: { kind: string; name: string; apiVersion: string; uid: string } | null
  /** The object itself could not be read: names and labels tell who controls it, whose uid is not known. */
  derived?: true
}

/** A service account that a failing pod runs as. */
export interface ServiceAccount {
  namespace: string
  name: string
  imagePullSecrets: string[]
}

/** Pull secrets with a login that no pod in the snapshot names, and service accounts of its namespaces that hand some out. */
interface Elsewhere {
  pullSecrets: PullSecret[]
  serviceAccounts: ServiceAccount[]
}

/** The facts of one moment. `pods` holds only those worth a look; `podCount` counts the healthy ones too. */
export interface Snapshot {
  /** ISO 8601: the only clock that the pure rooms know. Of a dump, the newest moment in it. */
  takenAt: string
  source: SnapshotSource
  scope: SnapshotScope
  /** How many pods were looked at, healthy ones included. */
  podCount: number
  /**
   * Every pod with a container that could be failing to get its image, and any pod asked for by name. Besides them those that may be
   * pulling for long: of these nothing else is read.
   */
  pods: Pod[]
  /**
   * Events of `pods` about failed pulls, failed sandboxes and pull secrets; of those that may be pulling for long also those of pulls
   * that began or ended.
   */
  events: PodEvent[]
  /** The pull secrets that `pods` name: content described, never carried. Missing and unreadable ones are here too. */
  pullSecrets: PullSecret[]
  serviceAccounts: ServiceAccount[]
  /** What else a dump holds that could serve; left out where there is nothing. A cluster is not searched for it. */
  elsewhere?: Elsewhere
  owners: OwnerLink[]
  /** Nodes that `pods` are on, as far as they could be read. That one is missing is no gap: it only makes advice less exact. */
  nodes: Node[]
  /** What registries said of the images in question; empty where nobody asked them (`--check-images`). */
  imageChecks: ImageCheck[]
  gaps: Gap[]
}
