/** A workload at one moment: itself, its revisions, and its pods, narrowed to what shows the state of its rollout. */

import type { Pod } from './pod.ts'

/** Kinds whose rollout can be judged. A CronJob's pods are those of its newest Job. */
export type RolloutKind =
  | 'Deployment'
  | 'StatefulSet'
  | 'DaemonSet'
  | 'ReplicaSet'
  | 'ReplicationController'
  | 'Job'
  | 'CronJob'
  | 'Pod'

/** Identifies a workload. The uid is null for a bare pod that is re-created, which gets a new uid. */
export interface RolloutSubject {
  kind: RolloutKind
  namespace: string
  name: string
  uid: string | null
}

export interface RolloutWorkload {
  kind: RolloutKind
  namespace: string
  name: string
  uid: string
  /** The workload has a deletionTimestamp. */
  ending: boolean
  generation: number
  /** null if the kind does not report it. */
  observedGeneration: number | null
  /** The number of desired pods: replicas, a Job's parallelism, a DaemonSet's nodes. */
  replicas: number
  strategy: 'RollingUpdate' | 'Recreate' | 'OnDelete'
  /** The workload is a Deployment whose rollouts are paused. */
  paused: boolean
  /** The workload is a suspended Job or CronJob. */
  suspended: boolean
  /** A StatefulSet updates the pods from this ordinal on; 0 means all. */
  partition: number
  /** The ordinal of a StatefulSet's first pod. */
  firstOrdinal: number
  /** The workload is a StatefulSet that creates a pod only once all earlier pods are ready. */
  ordered: boolean
  /** A Deployment's revision number, a StatefulSet's updateRevision; null for other kinds. */
  revision: string | null
  /** A StatefulSet's currentRevision, from which pods below the partition are created. */
  earlierRevision: string | null
  /** Counts from the status: all pods, pods of the newest revision, and available pods. */
  status: { total: number; updated: number; available: number }
  /** Set for a Job; `completions` is null for a work queue. */
  job: { completions: number | null; succeeded: number } | null
  /** How a Job ended; null if it has not, and for other kinds. */
  ended: { as: 'complete' | 'failed'; reason: string; message: string } | null
  /** The server's message if it refuses to create the pods (condition ReplicaFailure), else null. */
  refusal: string | null
}

/** One version of the pod template: a ReplicaSet, a ControllerRevision, or one Job of a CronJob. */
export interface RolloutRevision {
  name: string
  uid: string
  /** Higher is newer. */
  number: number
  /** The value of the hash label on its pods; null if pods are matched by owner. */
  hash: string | null
  /** A ReplicaSet's number of desired pods; null for other kinds. */
  replicas: number | null
}

export interface RolloutPod {
  pod: Pod
  resourceVersion: string
  /** The pod's label pod-template-hash or controller-revision-hash. */
  hash: string | null
  /** The pod's condition Ready. */
  ready: boolean
  /** Set if the pod is terminating: when it ends at the latest, and the finalizers that can delay that. */
  ending: { until: string; finalizers: string[] } | null
  /** The scheduler's message while no node fits, else null. */
  unscheduled: string | null
}

/** One reading of a workload. `workload` is null if it does not exist. */
export interface RolloutState {
  workload: RolloutWorkload | null
  /** null if they could not be read. */
  revisions: RolloutRevision[] | null
  pods: RolloutPod[]
}
