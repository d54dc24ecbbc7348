/** What a fix must know beyond the diagnosis: the objects it may write to, narrowed to the fields it writes. Free of secrets. */

import type { Gap } from './snapshot.ts'

/** Who keeps an object the way it is, and would undo a change made behind its back. */
export interface ObjectManager {
  tool: 'argocd' | 'flux' | 'helm' | 'olm' | 'operator'
  /** The application, release, Kustomization, subscription, or `Kind/name` of the custom resource. */
  name: string
}

/** An entry of imagePullSecrets as stored; the API allows one without a name. */
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
  /** null where the field is absent, which a patch has to treat differently from an empty list. */
  imagePullSecrets: PullSecretEntryName[] | null
  managedBy: ObjectManager | null
}

/** A Secret that already has the name the fix would use. */
export interface ScopeSecret {
  namespace: string
  name: string
  uid: string
  type: string | null
  /** A journal of this machine says that pullguard made this very object; labels and annotations anybody can write. */
  ours: boolean
  /** Nobody can change its content any more. */
  immutable: boolean
  /** Of the keys that the fix may put into it, those that it serves already with the very same credential. */
  served: string[]
  /** The keys of its `auths`. */
  keys: string[]
  managedBy: ObjectManager | null
}

export interface ScopeContainer {
  name: string
  kind: 'container' | 'init'
  /** JSON pointer of the container inside the object, such as `/spec/template/spec/containers/0`. */
  pointer: string
  image: string
  pullPolicy: string | null
  /** `imageID` of the pods of this workload that run this very image, each once. */
  runningImageIds: string[]
}

/** The topmost built-in controller of stuck pods, with the pod template that makes them. */
export interface ScopeWorkload {
  apiVersion: string
  kind: string
  namespace: string
  name: string
  uid: string
  managedBy: ObjectManager | null
  /** JSON pointer of the template's pod spec: `/spec/template/spec`, for a CronJob `/spec/jobTemplate/spec/template/spec`. */
  templatePointer: string
  /** The template's own list; null where absent or empty, so that the service account's counts. */
  imagePullSecrets: PullSecretEntryName[] | null
  serviceAccount: string
  containers: ScopeContainer[]
  /** Label selector of its pods, as the API takes it; null where the kind has none. */
  selector: string | null
  /** Pods that it asks for. */
  replicas: number
  /** It replaces its pods by itself when its template changes, stuck ones among them. */
  rollsOut: boolean
  /** As `rollsOut`, and a StatefulSet that replaces its pods one by one, but no stuck one. */
  replaces: boolean
  /** A Deployment whose rollouts wait until somebody resumes them. */
  paused: boolean
  /** Uids of the stuck pods below it. */
  podUids: string[]
}

/** What makes stuck pods directly: new ones come from its template, whatever the topmost controller's says by now. */
export interface ScopeController {
  uid: string
  /** As in ScopeWorkload. */
  imagePullSecrets: PullSecretEntryName[] | null
  /** Its Deployment has gone on to another one, so that its pods are on their way out. */
  outgoing: boolean
  /** A StatefulSet makes pods of lower numbers from its earlier revision, whose list this is. */
  partition: { below: number; imagePullSecrets: PullSecretEntryName[] | null } | null
}

/** A Job that stuck pods belong to directly. */
export interface ScopeJob {
  uid: string
  /** How many more pods may fail before the Job does. */
  failuresLeft: number
  /** Uids of pods whose deletion alone would fail the Job or an index of it for good. */
  doomed: string[]
  /** What sets the limit. */
  limit: JobLimit
}

export type JobLimit = 'backoff-limit' | 'backoff-limit-per-index' | 'pod-failure-policy'

/** A bare pod that an interrupted fix deleted and never put back. Its spec stays in the journal. */
export interface InterruptedPod {
  run: string
  namespace: string
  name: string
  /** Of the one that was deleted. */
  uid: string | null
}

/** One that is still owed: it is gone, or on its way out. */
export interface PodToRestore extends InterruptedPod {
  ending: { uid: string; until: string } | null
}

/** A Secret that a run's journal says it made. */
export interface MadeSecret {
  run: string
  namespace: string
  name: string
  /** null: the run ended before it knew; then the Secret's own annotation has to name that run. */
  uid: string | null
}

export interface FixScope {
  /** uid of the kube-system namespace: the cluster's identity. */
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
