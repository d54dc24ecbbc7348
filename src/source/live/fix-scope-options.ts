/** Which objects a fix may change, for the readers of its scope. */

import type { PullSecretContent } from '../../dockerconfig/pull-secret-content.ts'
import type { ControllerObject } from '../../kubernetes/api/kinds.ts'
import type { InterruptedPod, MadeSecret } from '../../snapshot/fix-scope.ts'
import type { Pod } from '../../snapshot/pod.ts'
import type { NamedPod } from '../ownership.ts'
import type { LabelTest } from '../selectors.ts'

/** What a fix is for that is not for whole namespaces: it may write only what these pods use. */
export interface MeantPods {
  /** Whether the pod is one of them. */
  includes(pod: NamedPod, labels: Record<string, unknown>): boolean
  /** The labels of -l; null without. */
  selects: LabelTest | null
}

export interface FixScopeOptions {
  /** null: every namespace. */
  namespaces: string[] | null
  /** The namespaces come from the snapshot, so one may have been deleted since. Otherwise a missing namespace is an error. */
  mayBeGone?: boolean
  excluded: string[]
  secretName: string
  /** The intended content of the Secret; null if no login is distributed. */
  wanted: PullSecretContent | null
  /** Stuck pods whose workloads are read. */
  pods: Pod[]
  /** Controllers that were already read in full, by uid. */
  owners?: ReadonlyMap<string, ControllerObject>
  /** null: everything in these namespaces is meant. */
  meant?: MeantPods | null
  /** Whether to read the digests of running images. */
  runningImages: boolean
  /** Secrets that earlier runs made. */
  madeSecrets?: readonly MadeSecret[]
  /** Bare pods that an interrupted fix of this scope deleted. */
  interruptedPods: InterruptedPod[]
  /** Called for each of these that exists again, with its current uid. */
  onPodBack?(pod: InterruptedPod, uid: string): void
  signal?: AbortSignal
}

/** The live namespaces, and whether one list of the whole cluster can replace one per namespace. */
export interface NamespaceScope {
  namespaces: string[]
  wide: boolean
}
