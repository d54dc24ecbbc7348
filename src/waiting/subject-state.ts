/** The state of a workload that is waited for: done, failed, unknown, or what it still waits for. */

import type { Finding, LongPull } from '../diagnosis/finding.ts'
import type { RolloutKind, RolloutState } from '../snapshot/rollout.ts'

/** A workload by name; a CronJob means its newest Job. */
interface WaitSubject {
  kind: RolloutKind
  namespace: string
  name: string
}

/** The goal of the wait: the newest pods are ready, or at least have their images. */
export type Goal = 'ready' | 'pulled'

/** One container of a pod that can't get its image, with the kubelet's attempts. */
export interface Failure {
  podUid: string
  finding: Finding
  /** Milliseconds since 1970, by the server's clock: the first known failed attempt. */
  since: number
  /** Failed attempts according to events; 0 if there are none. */
  attempts: number
}

/** What was seen of a subject at one moment. */
export interface SubjectView {
  subject: WaitSubject
  /** null if reading it or its pods is not allowed. */
  rolloutState: RolloutState | null
  /** The failures of its pods. */
  failures: Failure[]
  pulling: LongPull[]
}

/** Failed pulls of one container for one cause, in any number of pods. */
export interface Trouble {
  /** The finding of the newest failure. */
  finding: Finding
  pods: string[]
  /** How many of the workload's pods have their images. */
  well: number
  nodes: string[]
  /** Milliseconds since 1970, by the server's clock. */
  since: number
  attempts: number
  /** When waiting for it ends; null means at the timeout of the wait. */
  until: number | null
  /** The patience comes from --patience, not from the default for its cause. */
  isChosen: boolean
}

/** Why a workload is settled. */
export type EndCode =
  | 'ready'
  | 'pulled'
  /** A Job: its pods have started. */
  | 'started'
  | 'completed'
  /** Zero replicas, or no matching node. */
  | 'none-wanted'
  | 'suspended'
  /** A CronJob that has not created a Job yet. */
  | 'no-job'
  | 'image'
  | 'deleted'
  | 'paused'
  | 'on-delete'
  /** A Job or a pod that failed, as far as is known for a reason other than its image. */
  | 'ended'
  | 'unreadable'

/** What a workload still waits for. */
export type WaitCode =
  | 'absent'
  | 'unobserved'
  | 'pull'
  | 'pulling'
  | 'refused'
  | 'not-ended'
  | 'not-made'
  | 'unscheduled'
  | 'initializing'
  | 'starting'
  | 'crashing'
  | 'not-ready'
  | 'old-pods'
  /** An old pod that is not ready blocks the rollout of a StatefulSet, and has to be deleted. */
  | 'blocked'
  | 'controller'

/** What holds the workload up, apart from the pull of an image, in the cluster's own words. */
export interface Obstacle {
  pod: string | null
  container: string | null
  reason: string
  message: string
}

interface Counts {
  /** The number of pods that the workload finally wants. */
  wanted: number
  pulled: number
  ready: number
}

export interface SubjectState {
  subject: WaitSubject
  status: 'waiting' | 'done' | 'failed' | 'unknown'
  code: EndCode | WaitCode
  obstacle: Obstacle | null
  counts: Counts
  /** Identifies the newest revision; null before it is known. */
  revision: string | null
  /** How often a newer revision replaced the one that was waited for. */
  superseded: number
  troubles: Trouble[]
  /** The failures that make up the troubles. */
  failures: Failure[]
  pulling: LongPull[]
  /** Everything known so far, by pod, container, and image: a back-off hides the cause, and a restarted kubelet forgets it. */
  memory: ReadonlyMap<string, Failure>
  /** Since when the workload is gone or terminating, by the server's clock; null while it exists or if it was never seen. */
  goneSince: number | null
  /** Whether the workload was ever seen. */
  seen: boolean
}
