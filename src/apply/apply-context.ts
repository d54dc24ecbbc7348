/** The dependencies for applying a plan: the cluster, the journal, and the Secrets' content, which a plan never contains. */

import type { Clock } from '../clock.ts'
import type { PullSecretContent } from '../dockerconfig/pull-secret-content.ts'
import type { KubernetesObject } from '../kubernetes/api/cluster.ts'
import type { ClusterWriter } from '../kubernetes/api/writer.ts'
import type { Change } from '../plan/change.ts'
import type { RolloutSight, RolloutSubject } from '../snapshot/rollout.ts'
import type { Outcome } from './outcome.ts'

/** Records a run on disk. Each promise resolves once the line is flushed. */
export interface JournalWriter {
  /** Called before a write. `object` is what would be lost if the process died halfway. */
  intent(change: Change, object?: KubernetesObject): Promise<void>
  outcome(outcome: Outcome): Promise<void>
}

export interface ApplyContext {
  cluster: ClusterWriter
  clock: Clock
  journal: JournalWriter
  /** The run's name, kept as an annotation on every object that it creates. */
  run: string
  /** The content of the plan's Secrets; null if the plan writes none. */
  pullSecret: PullSecretContent | null
  /** Redacts secrets in a text that comes from outside. */
  redact(text: string): string
  /** For a saved plan: a change whose object was modified since is a conflict and is not planned again. */
  strict: boolean
  /** Pulls left on Docker Hub; null if there is no limit; `unknown` if Docker Hub does not answer. */
  pullsLeft(): Promise<number | null | 'unknown'>
  /** Reads a workload with its current revisions and pods. */
  look(subject: RolloutSubject, signal?: AbortSignal): Promise<RolloutSight>
  /** Whether retrying can't make this failed pull succeed. */
  isHopeless(failure: { reason: string; message: string }): boolean
  /** The manifest of a pod that an interrupted run deleted, from that run's journal; null if the journal lacks it. */
  interruptedPod(run: string, namespace: string, name: string): Promise<KubernetesObject | null>
  /** When to stop waiting for evictions that a disruption budget blocks and for pods to come back. In milliseconds, as `clock.now()`. */
  deadline: number
  onProgress(progress: Progress): void
  signal?: AbortSignal
}

/** The current phase, for the progress line on the terminal. */
export type Progress =
  | { phase: 'checking' | 'writing'; done: number; total: number }
  | { phase: 'waiting'; recovered: number; wanted: number }
