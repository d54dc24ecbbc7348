/** What the writing of a plan works with: the cluster, the journal, the content that the plan itself never holds. */

import type { Clock } from '../clock.ts'
import type { PullSecretContent } from '../dockerconfig/pull-secret-content.ts'
import type { KubernetesObject } from '../kubernetes/api/cluster.ts'
import type { ClusterWriter } from '../kubernetes/api/writer.ts'
import type { Change } from '../plan/change.ts'
import type { RolloutSight, RolloutSubject } from '../snapshot/rollout.ts'
import type { Outcome } from './outcome.ts'

/** Records a run on disk. Each promise resolves once the line is flushed. */
export interface JournalWriter {
  /** Before a write. `object` is what would be lost if the process died half-way. */
  intent(change: Change, object?: KubernetesObject): Promise<void>
  outcome(outcome: Outcome): Promise<void>
}

export interface ApplyContext {
  cluster: ClusterWriter
  clock: Clock
  journal: JournalWriter
  /** The run's name, which every object that it makes carries. */
  run: string
  /** What the plan's Secrets are to hold; null where it writes none. */
  pullSecret: PullSecretContent | null
  /** Takes secrets out of a text that comes from outside. */
  redact(text: string): string
  /** A saved plan: where an object has changed since, it is refused rather than planned again. */
  strict: boolean
  /** Pulls left on Docker Hub; null: no limit; `unknown`: it can't be asked. */
  pullsLeft(): Promise<number | null | 'unknown'>
  /** A workload with its revisions and pods as they are now. */
  look(subject: RolloutSubject, signal?: AbortSignal): Promise<RolloutSight>
  /** Whether a failed pull is one that no further try heals. */
  isHopeless(failure: { reason: string; message: string }): boolean
  /** The pod that an interrupted run deleted, from that run's journal; null if it is not there. */
  interruptedPod(run: string, namespace: string, name: string): Promise<KubernetesObject | null>
  /** When the run gives up waiting, for whatever: an eviction that a budget holds back, pods that are to come back. As `clock.now()`. */
  deadline: number
  onProgress(progress: Progress): void
  signal?: AbortSignal
}

/** What is being done, for a line on the terminal. */
export type Progress =
  | { phase: 'checking' | 'writing'; done: number; total: number }
  | { phase: 'waiting'; recovered: number; wanted: number }
