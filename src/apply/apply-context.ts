/** The dependencies for applying a plan: the cluster, the journal, and the Secrets' content, which a plan never contains. */

import type { Clock } from '../clock.ts'
import type { PullSecretContent } from '../dockerconfig/pull-secret-content.ts'
import type { Credential } from '../dockerconfig/registry-credential.ts'
import type { KubernetesObject } from '../kubernetes/api/cluster.ts'
import type { ClusterWriter } from '../kubernetes/api/writer.ts'
import type { Change } from '../plan/change.ts'
import type { Registry } from '../registry/registry.ts'
import type { RolloutState, RolloutSubject } from '../snapshot/rollout.ts'
import type { Run } from './journal/run.ts'
import type { ChangeOutcome } from './outcome.ts'

/** Records a run on disk. Each promise resolves once the line is flushed. */
export interface JournalWriter {
  /** Called before a write. `object` is what would be lost if the process died halfway. */
  intent(change: Change, object?: KubernetesObject): Promise<void>
  outcome(outcome: ChangeOutcome): Promise<void>
}

/** A workload as it is now. */
export interface WatchedRollout extends RolloutState {
  /** Uids of the pods whose failed pulls can't succeed by retrying. */
  unrecoverablePods: ReadonlySet<string>
}

export interface ApplyContext {
  cluster: ClusterWriter
  clock: Clock
  journal: JournalWriter
  /** Whether the server only tries the changes and stores nothing. */
  dryRun: boolean
  /** The run's name, kept as an annotation on every object that it creates. */
  run: string
  /** The content of the plan's Secrets; null if the plan writes none. */
  pullSecret: PullSecretContent | null
  /** For a saved plan: a change whose object was modified since is a conflict and is not planned again. */
  strict: boolean
  /** Docker Hub, whose limit decides how many pods are recreated at once. */
  hub: Pick<Registry, 'quota'>
  /** The plan's logins for Docker Hub. */
  hubLogins: readonly Credential[]
  /** Earlier runs against this cluster, with the manifests of pods that they deleted. */
  runs: readonly Run[]
  /** Reads a workload with its current revisions and pods. */
  readRollout(subject: RolloutSubject): Promise<WatchedRollout>
  /** When to stop waiting for evictions that a disruption budget blocks and for pods to come back. In milliseconds, as `clock.now()`. */
  deadline: number
  onProgress(progress: ApplyPhase): void
  signal?: AbortSignal
}

/** The current phase, for the progress line on the terminal. */
export type ApplyPhase =
  | { phase: 'checking' | 'writing'; done: number; total: number }
  | { phase: 'waiting'; recovered: number; wanted: number }
