/** What a fix is about to touch, as the readers of its scope are told. */

import type { PullSecretContent } from '../../dockerconfig/pull-secret-content.ts'
import type { ControllerObject } from '../../kubernetes/api/kinds.ts'
import type { InterruptedPod, MadeSecret } from '../../snapshot/fix-scope.ts'
import type { Pod } from '../../snapshot/pod.ts'

export interface FixScopeOptions {
  /** null: every namespace. */
  namespaces: string[] | null
  /** The named ones come from what was seen before, so that one may have been deleted since; else its absence is an error. */
  mayBeGone?: boolean
  excluded: string[]
  secretName: string
  /** What the Secret is to hold; null where no credential is distributed. */
  wanted: PullSecretContent | null
  /** Stuck pods whose workloads are read. */
  pods: Pod[]
  /** Controllers that were read already, in full, by uid. */
  owners?: ReadonlyMap<string, ControllerObject>
  /** Also look for the digests that run already. */
  runningImages: boolean
  /** Secrets that earlier runs made. */
  madeSecrets?: readonly MadeSecret[]
  /** Bare pods that an interrupted fix of this scope took away. */
  interruptedPods: InterruptedPod[]
  /** Hears of each of these that is there after all, with the uid that it has now. */
  onPodBack?(pod: InterruptedPod, uid: string): void
  signal?: AbortSignal
}

/** What a fix is about to touch: live namespaces, and whether one list over the whole cluster may replace many. */
export interface NamespaceScope {
  namespaces: string[]
  wide: boolean
}
