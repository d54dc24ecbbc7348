/** The state of a workload that is waited for: done, failed, unknown, or what it still waits for. */

import type { Finding, LongPull } from '../diagnosis/finding.ts'
import type { RolloutKind, RolloutSight } from '../snapshot/rollout.ts'

/** A workload by its name; a CronJob means its newest Job. */
interface WaitSubject {
  kind: RolloutKind
  namespace: string
  name: string
}

/** What is waited for: that the newest pods are ready, or only that they have their images. */
export type Goal = 'ready' | 'pulled'

/** One container of a pod that can't get its image, with what the kubelet has tried. */
export interface Failure {
  podUid: string
  finding: Finding
  /** Milliseconds since 1970, by the server's clock: the first failed attempt that is known. */
  since: number
  /** Failed attempts according to events; 0 if there are none. */
  attempts: number
}

/** What was seen of a subject at one moment. */
export interface SubjectView {
  subject: WaitSubject
  /** null if reading it or its pods is not allowed. */
  sight: RolloutSight | null
  /** Those of its pods. */
  failures: Failure[]
  pulling: LongPull[]
}

/** Failed pulls of one container for one cause, in any number of pods. */
export interface Trouble {
  /** The newest of those findings. */
  finding: Finding
  pods: string[]
  /** Those that need an image and have it, of as many as there are. */
  well: number
  nodes: string[]
  /** Milliseconds since 1970, by the server's clock. */
  since: number
  attempts: number
  /** When waiting for it ends; null: when the time is up. */
  until: number | null
  /** --patience decides how long, not the default for its cause. */
  isChosen: boolean
}

/** Why it is settled. */
export type EndCode =
  | 'ready'
  | 'pulled'
  /** A Job: its pods have started. */
  | 'started'
  | 'completed'
  /** Zero replicas, or no node that it would run on. */
  | 'none-wanted'
  | 'suspended'
  /** A CronJob that has made no Job yet. */
  | 'no-job'
  | 'image'
  | 'deleted'
  | 'paused'
  | 'on-delete'
  /** A Job or a pod that has failed for another reason than its image. */
  | 'ended'
  | 'unreadable'

/** What it still waits for. */
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
  /** An old pod that is not ready stops the rollout of a StatefulSet, and has to be deleted. */
  | 'blocked'
  | 'controller'

/** What keeps it, apart from the pull of an image, in the cluster's own words. */
export interface Obstacle {
  pod: string | null
  container: string | null
  reason: string
  message: string
}

interface Counts {
  /** Pods that are wanted in the end. */
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
  /** Names the newest revision; null before it is known. */
  revision: string | null
  /** A newer revision has taken the place of another while it was waited for. */
  superseded: number
  troubles: Trouble[]
  /** Of which the troubles are made. */
  failures: Failure[]
  pulling: LongPull[]
  /** What becomes known is kept: a back-off hides the cause, and a restarted kubelet forgets it. By pod, container and image. */
  memory: ReadonlyMap<string, Failure>
  /** Since when it is gone or on its way out, by the server's clock; null while it is there or was never seen. */
  goneSince: number | null
  /** It was seen once. */
  seen: boolean
}
