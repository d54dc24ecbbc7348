/** Reports that something about pulls may have changed in a scope; the caller then reads the details. */

import type { Clock } from '../../clock.ts'
import { isPullProgress } from '../../image/pull-messages.ts'
import { isForbidden } from '../../kubernetes/api/api-error.ts'
import type { ClusterReader, WatchedChange } from '../../kubernetes/api/cluster.ts'
import { KINDS, type Kind } from '../../kubernetes/api/kinds.ts'
import { type NamespaceOrAll, Reading } from '../live/reading.ts'
import { narrowEvent } from '../narrow/event.ts'
import { narrowPod } from '../narrow/pod.ts'
import { couldFail } from '../suspects.ts'
import { PULL_EVENTS } from './focus.ts'
import { type Focus, Follower, Notice, type Store } from './follower.ts'

interface PullChangesOptions {
  scope: NamespaceOrAll
  labelSelector?: string
  clock: Clock
  signal: AbortSignal
}

/** Selects nothing, because no object has that name: the list only provides the position to watch from. */
const NO_OBJECTS: Focus = { fieldSelector: 'metadata.name=-' }

/** Objects whose changes are followed. */
interface FollowedKind {
  kind: Kind<unknown>
  focus: Focus
  /** Whether the change may be about a pull. */
  matters(change: WatchedChange<unknown>): boolean
}

/** A pull's start or end also shows in its pod. */
function isNews({ object }: WatchedChange<unknown>): boolean {
  const event = narrowEvent(object)
  return event !== null && !isPullProgress(event)
}

export class PullChanges {
  readonly #notice = new Notice()
  readonly #failing = new Set<string>()

  /** Starts watching; kinds that this user is not allowed to list are skipped. @throws ApiError, UnreachableError */
  static async start(cluster: ClusterReader, options: PullChangesOptions): Promise<PullChanges> {
    const changes = new PullChanges()
    const { labelSelector } = options
    await changes.#follow(cluster, options, {
      kind: KINDS.Pod,
      focus: labelSelector === undefined ? {} : { labelSelector },
      matters: change => changes.#isAboutPull(change),
    })
    await changes.#follow(cluster, options, { kind: KINDS.Event, focus: PULL_EVENTS, matters: isNews })
    return changes
  }

  /** Resolves at the next change. @throws if nothing is followed any more */
  next(): Promise<void> {
    return this.#notice.next()
  }

  get trouble(): Error | null {
    return this.#notice.trouble
  }

  async #follow(
    cluster: ClusterReader,
    { scope, clock, signal }: PullChangesOptions,
    { kind, focus, matters }: FollowedKind,
  ): Promise<void> {
    const reading = new Reading(cluster, { signal })
    const { onTrouble, onFailure, onChange } = this.#notice.callbacks
    // A list that is read again can contain any change.
    const store: Store = {
      begin: () => ({ take() {}, end: onChange }),
      change: change => {
        if (matters(change)) onChange()
      },
    }
    const options = { reading, clock, signal, onChange() {}, onTrouble, onFailure }
    const follower = new Follower({ kind, scope, focus, listed: NO_OBJECTS, store }, options)
    try {
      await follower.start()
    } catch (error) {
      if (!isForbidden(error)) throw error
      return
    }
    follower.run().catch(onFailure)
  }

  /** Whether the pod could be failing, or could have been at the last change. */
  #isAboutPull({ type, object }: WatchedChange<unknown>): boolean {
    const pod = narrowPod(object)
    if (pod === null) return false
    const fails = couldFail(pod)
    const failed = this.#failing.has(pod.uid)
    if (fails && type !== 'deleted') this.#failing.add(pod.uid)
    else this.#failing.delete(pod.uid)
    return fails || failed
  }
}
