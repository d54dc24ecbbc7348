/** What was read from a cluster or a dump: plain data, free of secrets. Everything after `source` works on this alone. */

import { byText } from '../order.ts'
import type { ObjectManager } from './fix-objects.ts'
import type { HeldImage, ImageSize } from './held-image.ts'
import type { ImageCheck } from './image-check.ts'
import type { Distribution, Node } from './node.ts'
import type { ControllerReference, Pod, PullPolicy } from './pod.ts'
import type { NumberedLogin, PullSecret } from './pull-secret.ts'
import type { RolloutKind } from './rollout.ts'

/** Where the snapshot was read from. */
export type SnapshotSource = { type: 'cluster'; context: string | null; server: string } | FileSource

export interface FileSource {
  type: 'file'
  /** As named on the command line. */
  files: string[]
  /** Files in the named folders without Kubernetes objects; absent if there are none. */
  passedOver?: { count: number; examples: string[] }
  /** Named folders with subfolders that were not read; absent if there are none. */
  unentered?: string[]
}

/** What was read; null means everything. */
export interface SnapshotScope {
  namespaces: string[] | null
  labelSelector: string | null
  /** Limits the snapshot to these pods and the pods of these workloads; absent if none were named. */
  subjects?: ScopeSubject[]
  /** Omitted if there are none. */
  excludedNamespaces?: string[]
}

/** A workload or a pod named on the command line. */
export interface ScopeSubject {
  kind: RolloutKind
  name: string
  /** null: any namespace of a dump. */
  namespace: string | null
}

/** Why something could not be read. */
export type GapReason = 'forbidden' | 'failed' | 'timeout' | 'expired' | 'truncated' | 'absent'

/** Something that should have been read and could not be. A snapshot with a gap is never reported as healthy. */
export interface Gap {
  /** Plural resource name as kubectl prints it: `pods`, `events`, `secrets`, `serviceaccounts`, `replicasets.apps`, `namespaces`… */
  what: string
  /** null: cluster-wide. */
  namespace: string | null
  why: GapReason
  /** The server's message, or what is missing; free of secrets. */
  detail?: string
}

/** An event about a pod's pulls or its sandbox, as the kubelet wrote it. */
export interface PodEvent {
  namespace: string
  pod: string
  /** null if the event has none. */
  podUid: string | null
  /** `spec.containers{shop}`, `spec.initContainers{setup}`, `spec.ephemeralContainers{debug}`; empty for the pod as a whole. */
  fieldPath: string
  reason: string
  message: string
  count: number
  /** ISO 8601; null if the event has none. */
  firstSeen: string | null
  lastSeen: string | null
}

/** An object between a pod and its topmost controller, with its own controller; null if it has none. */
export interface OwnerLink {
  namespace: string
  kind: string
  name: string
  uid: string
  controller: ControllerReference | null
  /** The tool that made the object and reverts or replaces changes of it, if its labels and annotations name one. */
  managedBy?: ObjectManager
  /** A Deployment's ReplicaSet that has pods: the number of its revision, and how many of its pods are ready. Omitted if it was not read. */
  revision?: { number: number; ready: number }
  /** The template that it has now. Absent if it was not read. */
  template?: MadeFrom
  /** A CronJob's; absent for other kinds, and if it was not read. */
  concurrencyPolicy?: string
  /** The object could not be read: its controller is derived from names and labels, and the controller's uid is unknown. */
  derived?: true
  /**
   * Set for a StatefulSet that updates its pods one by one: its newest revision, and the ordinals of the pods that it updates. Omitted for
   * others, and if it was not read.
   */
  ordered?: { revision: string; from: number; below: number }
  /** How a StatefulSet or a DaemonSet replaces its pods after a change of its template. Absent for others, and if it was not read. */
  update?: 'rolling' | 'parallel' | 'on-delete'
  /** A StatefulSet's, if it has one: its first pods, as many as this, are made from the earlier revision. `first`: the ordinal of the first one. */
  partition?: { pods: number; first: number }
  /** By the names of the containers that OpenShift gives images of image streams. Absent if there are none, or if they were not read. */
  imageTriggers?: Record<string, ImageTrigger>
  /** The Deployment makes no ReplicaSet of a changed template. Absent for others, and if it was not read. */
  paused?: true
  /** What keeps a Deployment from rolling out its newest template. Absent if nothing does, for others, and if it was not read. */
  stall?: RolloutStall
}

/** The tag of an image stream whose image OpenShift writes into a workload, unless that is paused. */
export interface ImageTrigger {
  namespace: string
  stream: string
  tag: string
  paused: boolean
}

/** `refused`: the API server refuses the new pods, in these words. `late`: they were not ready by the rollout's deadline. */
export type RolloutStall = { by: 'refused'; message: string } | { by: 'late' }

/** What a controller makes its pods from. */
export interface MadeFrom {
  /**
   * What the label of a pod that was made from it says: a hash, a revision, or a generation; null: every pod of the object was made from it.
   * Absent if pods don't show whether they were.
   */
  mark?: string | null
  /** The images of its containers, as written, by the containers' names. */
  images: Record<string, string>
  /** The pull policies of those containers that have another one than Always. Absent if there are none, or if they were not read. */
  policies?: Record<string, PullPolicy>
  /** With none, new pods get those of their service account. */
  pullSecrets: string[]
}

/** A service account that a failing pod runs as. */
export interface ServiceAccount {
  namespace: string
  name: string
  imagePullSecrets: string[]
  /** That list has an entry without a name, which new pods get, too. Absent otherwise. */
  unnamedSecret?: true
  /** ISO 8601: when the account `default` was made, as it is with each namespace; absent for others. */
  namespaceSince?: string
  /** What controls it, and so replaces its pull secrets; absent for most. */
  madeBy?: { kind: string; name: string; group: string }
  /** It is a Helm hook, which most upgrades replace. `release`: by its labels; null if they don't say. Absent for other accounts. */
  hook?: { release: string | null }
  /** The identity at a cloud that its pods' own processes get; absent if its annotations name none. */
  workloadIdentity?: 'aws' | 'azure' | 'google'
  /** The kubelet's credential provider that is meant to get a login for its pods; absent if its annotations name none. */
  pullsThrough?: AnnotatedProvider
}

/** Credential providers that get a login for those pods whose service account has an annotation for them (KEP-4412). */
export type AnnotatedProvider = 'jfrog' | 'quay' | 'ecr'

/** Pull secrets with a login that no pod in the snapshot uses, and service accounts that list any of them or have a provider of their own. */
interface UnreferencedLogins {
  pullSecrets: PullSecret[]
  serviceAccounts: ServiceAccount[]
}

/** The facts at one moment. `pods` has only pods that could be failing; `podCount` includes healthy ones. */
export interface Snapshot {
  /** ISO 8601: the only clock of the pure rooms. For a dump, the newest time in it. */
  takenAt: string
  source: SnapshotSource
  scope: SnapshotScope
  /** How many pods were checked, including healthy ones. */
  podCount: number
  /**
   * Every pod with a container whose pull could be failing, and any pod requested by name. Also pods that could have been pulling for a
   * long time; only their events are read.
   */
  pods: Pod[]
  /**
   * Events of `pods` about failed pulls, failed sandboxes, and pull secrets; for pods that could have been pulling for a long time, and for those
   * whose last pull was canceled, also about pulls that began or ended.
   */
  events: PodEvent[]
  /** The pull secrets that `pods` reference, without their passwords; includes missing and unreadable ones. */
  pullSecrets: PullSecret[]
  serviceAccounts: ServiceAccount[]
  /** Other logins in a dump; absent if there are none. In a cluster, only those are read that the pods' templates name. */
  elsewhere?: UnreferencedLogins
  /** The logins in the pull secrets of a dump, where they can be compared; absent otherwise, and in a cluster. */
  numberedLogins?: NumberedLogin[]
  owners: OwnerLink[]
  /**
   * Images with a registry in their name that pods in a dump have pulled, as written; absent if there are none, or if every failing image
   * has a registry in its name. In a cluster, healthy pods are not read.
   */
  pulledImages?: string[]
  /**
   * Registries that running containers in a dump were pulled from and that failing images' registries are almost named like; absent if there are
   * none. In a cluster, healthy pods are not read.
   */
  hostsBeside?: string[]
  /**
   * Images that pods in a dump have pulled without a pull secret from registries that hide what they lack, as written; absent if there are
   * none, or if no failing image is at such a registry.
   */
  openImages?: string[]
  /**
   * Images that pods in a dump have pulled and run from the repository of a failing one, or with its tag if that names a build, as written;
   * absent if there are none. In a cluster, healthy pods are not read.
   */
  runningBeside?: string[]
  /**
   * Images of failing pods that other pods run, pulled from the same repository; absent if there are none. In a cluster, only pods from the
   * same template are read.
   */
  heldImages?: HeldImage[]
  /**
   * ECR's registries whose images pods in a dump run on nodes of `pods` without a pull secret, other than Amazon's own; absent if there are none,
   * or if no failing image is at ECR.
   */
  ecrHosts?: { node: string; hosts: string[] }[]
  /** Pods in a dump that serve ports of their nodes which failing images are named after; absent if there are none. */
  hostPorts?: HostPort[]
  /**
   * Images of failing pods with policy Never that nodes in a dump have, by the full name; absent if there are none. In a cluster, only the nodes of
   * failing pods are read.
   */
  preloaded?: { reference: string; nodes: string[] }[]
  /** Images of failing pods that nodes in a dump list with a size of a gigabyte or more; absent if there are none. In a cluster, other nodes are not read. */
  imageSizes?: ImageSize[]
  /** The CronJobs in a dump, if pull secrets of `pods` have namesakes in other namespaces; absent if it has none, and in a cluster. */
  cronJobs?: { namespace: string; name: string }[]
  /** Tags of OpenShift's image streams in a dump that failing pods' short names look like, and don't mean; absent if there are none. */
  streamTags?: StreamTag[]
  /** Nodes of `pods` whose events in a dump say that their disks were full; absent if there are none. In a cluster, their events are not read. */
  fullNodes?: string[]
  /** Those of them whose kubelets found too few unused images to remove; absent if there are none. */
  nodesInUse?: string[]
  /** What was started on nodes of `pods`, by their events in a dump; absent if there is none. In a cluster, their events are not read. */
  restarts?: NodeRestart[]
  /** What the cluster's own pods in a dump show; absent if they show none. In a cluster, the nodes do. */
  distribution?: Distribution
  /** The nodes of `pods` that could be read. A missing node is not a gap: it only makes steps less specific. */
  nodes: Node[]
  /** What registries answered about failing images; empty without `--check-images`. */
  imageChecks: ImageCheck[]
  gaps: Gap[]
}

/** The machine of a node, its kubelet, or its container runtime was started. */
export interface NodeRestart {
  node: string
  of: 'machine' | 'kubelet' | 'runtime'
  /** ISO 8601. */
  at: string
}

/** A tag of an image stream in the same namespace as pods, and where its image is. */
export interface StreamTag {
  namespace: string
  stream: string
  tag: string
  /** A full name. */
  image: string
}

/** The pull secrets that pods name, and all others that are known. */
export function allPullSecrets({ pullSecrets, elsewhere }: Snapshot): PullSecret[] {
  return [...pullSecrets, ...(elsewhere?.pullSecrets ?? [])]
}

/** The service accounts of the pods, and all others that are known. */
export function allServiceAccounts({ serviceAccounts, elsewhere }: Snapshot): ServiceAccount[] {
  return [...serviceAccounts, ...(elsewhere?.serviceAccounts ?? [])]
}

/** Removes duplicates and puts cluster-wide gaps first. */
export function uniqueGaps(gaps: Gap[]): Gap[] {
  const byKey = new Map(gaps.map(gap => [`${gap.namespace ?? ''} ${gap.what} ${gap.why}`, gap]))
  return [...byKey].sort(byText(([key]) => key)).map(([, gap]) => gap)
}

/** A pod that serves a port of its node. */
export interface HostPort {
  node: string
  port: number
  namespace: string
  pod: string
  container: string
  ready: boolean
  /** Its log has an earlier run. */
  restarted: boolean
  /** It has a log. */
  started: boolean
}
