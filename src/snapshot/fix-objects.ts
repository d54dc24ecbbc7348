/** What `fix` reads besides the snapshot: the objects that it is allowed to change, with only the fields it needs. Free of secrets. */

import type { Gap } from './snapshot.ts'

/** The tool that manages an object and would revert changes to it. */
export interface ObjectManager {
  tool: 'argocd' | 'flux' | 'helm' | 'olm' | 'operator'
  /** The application, release, Kustomization, subscription, or `Kind/name` of the custom resource. */
  name: string
  /** What Flux renders the object from; absent for other tools. */
  resource?: 'HelmRelease' | 'Kustomization'
}

/** An entry of imagePullSecrets as stored; the API allows entries without a name. */
export interface PullSecretEntryName {
  name?: string
}

export interface ScopeNamespace {
  name: string
  terminating: boolean
}

export interface ScopeServiceAccount {
  namespace: string
  name: string
  uid: string
  resourceVersion: string
  /** null if the field is absent, which needs a different patch than an empty list. */
  imagePullSecrets: PullSecretEntryName[] | null
  managedBy: ObjectManager | null
  /** It is being deleted, and only finalizers keep it; absent otherwise. */
  ending?: true
  /** Other workloads whose pods run as this account: `deployment/cart`; null if unreadable; absent if whole namespaces are fixed. */
  sharedWith?: string[] | null
}

/** A login in an existing Secret. `username` is null if the kubelet can't read the entry. */
export interface ReplacedLogin {
  key: string
  username: string | null
}

/** An existing Secret with the name that the fix would use. */
export interface ScopeSecret {
  namespace: string
  name: string
  uid: string
  type: string | null
  /** A journal on this machine proves that pullguard created this object. Labels and annotations don't count: anybody can write them. */
  ours: boolean
  /** Its content can't be changed. */
  immutable: boolean
  /** The keys that the fix would write and that already have the same credential. */
  served: string[]
  /** The keys of its `auths`. */
  keys: string[]
  /** Its logins that the fix would overwrite or drop; absent if there are none. */
  replaced?: ReplacedLogin[]
  managedBy: ObjectManager | null
  /** As in ScopeServiceAccount. */
  ending?: true
}

export interface ScopeContainer {
  name: string
  kind: 'container' | 'init'
  /** JSON pointer of the container inside the object, such as `/spec/template/spec/containers/0`. */
  pointer: string
  image: string
  pullPolicy: string | null
  /** The distinct `imageID`s of this workload's pods that run this image. */
  runningImageIds: string[]
}

/** The topmost built-in controller of stuck pods, with its pod template. */
export interface ScopeWorkload {
  apiVersion: string
  kind: string
  namespace: string
  name: string
  uid: string
  managedBy: ObjectManager | null
  /** JSON pointer of the template's pod spec: `/spec/template/spec`, for a CronJob `/spec/jobTemplate/spec/template/spec`. */
  templatePointer: string
  /** The template's own list; null if absent or empty, so the service account's list is used. */
  imagePullSecrets: PullSecretEntryName[] | null
  serviceAccount: string
  containers: ScopeContainer[]
  /** Label selector of its pods, as a query parameter; null if the kind has none. */
  selector: string | null
  /** The number of desired pods. */
  replicas: number
  /** Whether it replaces its pods, including stuck ones, by itself when its template changes. */
  rollsOut: boolean
  /** Also true for a StatefulSet that replaces its pods one by one, and therefore never replaces a stuck one. */
  replaces: boolean
  /** The workload is a Deployment whose rollouts are paused. */
  paused: boolean
  /** Its template has the labels selected by -l, so that all its pods are in scope; true without -l. */
  selected: boolean
  /** Uids of its stuck pods. */
  podUids: string[]
}

/** The direct controller of stuck pods. Their replacements use its template, even if the topmost controller's template has changed. */
export interface ScopeController {
  uid: string
  /** As in ScopeWorkload. */
  imagePullSecrets: PullSecretEntryName[] | null
  /** Its Deployment has a newer ReplicaSet, so its pods will be removed. */
  outgoing: boolean
  /** For a StatefulSet: pods below this ordinal are created from its earlier revision, which has this list. */
  partition: { below: number; imagePullSecrets: PullSecretEntryName[] | null } | null
}

/** The Job that directly controls stuck pods. */
export interface ScopeJob {
  uid: string
  /** How many more pods may fail before the Job does. */
  failuresLeft: number
  /** Uids of pods whose deletion would make the Job, or an index of it, fail. */
  doomed: string[]
  /** What sets the limit. */
  limit: JobLimit
}

export type JobLimit = 'backoff-limit' | 'backoff-limit-per-index' | 'pod-failure-policy'

/** A bare pod that an interrupted fix deleted and did not re-create. Its spec is in the journal. */
export interface InterruptedPod {
  run: string
  namespace: string
  name: string
  /** The deleted pod's uid. */
  uid: string | null
}

/** An interrupted pod that still has to be re-created: it is gone or terminating. */
export interface PodToRestore extends InterruptedPod {
  ending: { uid: string; until: string } | null
}

/** A Secret that a run created, according to the run's journal. */
export interface MadeSecret {
  run: string
  namespace: string
  name: string
  /** null if the run ended before the response arrived; then the Secret's annotation has to name that run. */
  uid: string | null
}

export interface FixObjects {
  /** The uid of the kube-system namespace, which identifies the cluster. */
  clusterUid: string
  /** Existing namespaces in scope, sorted by name. */
  namespaces: ScopeNamespace[]
  serviceAccounts: ScopeServiceAccount[]
  secrets: ScopeSecret[]
  workloads: ScopeWorkload[]
  controllers: ScopeController[]
  jobs: ScopeJob[]
  interruptedPods: PodToRestore[]
  gaps: Gap[]
}
