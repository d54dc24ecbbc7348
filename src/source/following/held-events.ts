/** Events of pulls as they are followed, by the pod that they are about; they are kept after the server has deleted them. */

import type { WatchedChange } from '../../kubernetes/api/cluster.ts'
import type { PodEvent } from '../../snapshot/snapshot.ts'
import { narrowEvent } from '../narrow/event.ts'
import { nameOf, record, textOrNull } from '../narrow/shape.ts'
import type { Store } from './follower.ts'

/** An event can arrive before its pod. Events of so many unknown pods are kept, the newest. */
const MOST_UNKNOWN = 1_000
/** A pod that is in trouble for hours has always new sentences. */
const MOST_OF_ONE = 60

export class HeldEvents implements Store<unknown> {
  readonly #isKnown: (podUid: string) => boolean
  readonly #byPod = new Map<string, Map<string, PodEvent>>()
  readonly #unknown = new Set<string>()

  /** @param isKnown whether a pod is held */
  constructor(isKnown: (podUid: string) => boolean) {
    this.#isKnown = isKnown
  }

  begin(): { take(raw: unknown): void; end(): void } {
    return {
      take: raw => {
        const event = narrowEvent(raw)
        if (event?.podUid && this.#isKnown(event.podUid)) this.#put(raw, event.podUid, event)
      },
      end() {},
    }
  }

  change({ type, object }: WatchedChange<unknown>): void {
    const event = type === 'deleted' ? null : narrowEvent(object)
    if (event === null || event.podUid === null) return
    this.#put(object, event.podUid, event)
    if (this.#isKnown(event.podUid)) this.#unknown.delete(event.podUid)
    else this.#keepForAWhile(event.podUid)
  }

  of(podUid: string): PodEvent[] {
    return [...(this.#byPod.get(podUid)?.values() ?? [])]
  }

  forget(podUid: string): void {
    this.#byPod.delete(podUid)
    this.#unknown.delete(podUid)
  }

  #put(raw: unknown, podUid: string, event: PodEvent): void {
    const events = this.#byPod.get(podUid) ?? new Map<string, PodEvent>()
    const key = textOrNull(record(record(raw).metadata).uid) ?? nameOf(raw) ?? ''
    events.delete(key)
    events.set(key, event)
    const [oldest = ''] = events.keys()
    if (events.size > MOST_OF_ONE) events.delete(oldest)
    this.#byPod.set(podUid, events)
  }

  #keepForAWhile(podUid: string): void {
    this.#unknown.add(podUid)
    if (this.#unknown.size <= MOST_UNKNOWN) return
    const [oldest = ''] = this.#unknown
    this.#unknown.delete(oldest)
    if (!this.#isKnown(oldest)) this.#byPod.delete(oldest)
  }
}
