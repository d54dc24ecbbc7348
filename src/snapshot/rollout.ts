/** A workload at one moment, as far as its rollout goes: itself, its revisions and its pods, narrowed to what tells whether it is well. */

import type { Pod } from './pod.ts'

/** Kinds whose pods can be judged. A CronJob's are those of its newest Job. */
export type RolloutKind =
  | 'Deployment'
  | 'StatefulSet'
  | 'DaemonSet'
  | 'ReplicaSet'
  | 'ReplicationController'
  | 'Job'
  | 'CronJob'
  | 'Pod'

/** Which workload is meant. The uid is null for a bare pod that is made again, which gets another one. */
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
  /** It has a deletionTimestamp. */
  ending: boolean
  generation: number
  /** null where the kind reports none. */
  observedGeneration: number | null
  /** Pods that it asks for: replicas, a Job's parallelism, the nodes of a DaemonSet. */
  replicas: number
  strategy: 'RollingUpdate' | 'Recreate' | 'OnDelete'
  /** A Deployment whose rollouts wait until somebody resumes them. */
  paused: boolean
  /** A Job or CronJob. */
  suspended: boolean
  /** A StatefulSet updates pods from this ordinal on; 0: all. */
  partition: number
  /** The number of a StatefulSet's first pod. */
  firstOrdinal: number
  /** A StatefulSet makes a pod only when those before it are ready. */
  ordered: boolean
  /** A Deployment's revision number, a StatefulSet's updateRevision; null where the kind tells none. */
  revision: string | null
  /** A StatefulSet's currentRevision: what pods below the partition are made from. */
  earlierRevision: string | null
  /** Pods in all, of the newest revision, and of those available; as the status counts them. */
  status: { total: number; updated: number; available: number }
  /** A Job; `completions` is null for a work queue. */
  job: { completions: number | null; succeeded: number } | null
  /** A Job that has come to its end. */
  ended: { as: 'complete' | 'failed'; reason: string; message: string } | null
  /** The server's own sentence where it refuses its pods (condition ReplicaFailure). */
  refusal: string | null
}

/** What pods of one template have in common: a ReplicaSet, a ControllerRevision, or one Job of a CronJob. */
export interface RolloutRevision {
  name: string
  uid: string
  /** Higher is newer. */
  number: number
  /** The value of the label that its pods carry; null where they are told by their owner. */
  hash: string | null
  /** Pods that a ReplicaSet is to have now; null for the others. */
  replicas: number | null
}

export interface RolloutPod {
  pod: Pod
  resourceVersion: string
  /** Its label pod-template-hash or controller-revision-hash. */
  hash: string | null
  /** Its condition Ready. */
  ready: boolean
  /** On its way out: when it ends at the latest unless finalizers hold it. */
  ending: { until: string; finalizers: string[] } | null
  /** The scheduler's sentence while no node takes it. */
  unscheduled: string | null
}

/** What was seen of one workload. A null workload is not there (any more). */
export interface RolloutSight {
  workload: RolloutWorkload | null
  /** null where they could not be read. */
  revisions: RolloutRevision[] | null
  pods: RolloutPod[]
}
