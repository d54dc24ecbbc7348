/**
 * Stores followed pods by controller, and the events of their pulls: those of awaited workloads, and for a while those of pods whose
 * controller is not known yet.
 */

import { record, text, textOrNull } from '../../json/json-object.ts'
import type { WatchedChange } from '../../kubernetes/api/cluster.ts'
import { nameOf, namespaceOf } from '../../kubernetes/api/kinds.ts'
import { objectKey } from '../../snapshot/object-key.ts'
import { uidsInEvents } from '../../snapshot/own-events.ts'
import type { RolloutPod } from '../../snapshot/rollout.ts'
import type { PodEvent } from '../../snapshot/snapshot.ts'
import { narrowRolloutPod } from '../live/rollouts.ts'
import { narrowController } from '../narrow/controller.ts'
import { narrowEvent } from '../narrow/event.ts'
import type { Listing, Store } from './follower.ts'

/** Decides which pods are wanted. */
interface PodClaims {
  /** Whether a workload or revision with that uid is waited for. */
  controller(uid: string): boolean
  /** Whether the pod itself is waited for. @param controlledBy the kind of its controller */
  pod(namespace: string, name: string, labels: Record<string, unknown>, controlledBy: string | null): boolean
}

/** How many unclaimed pods are kept, the newest ones. A pod can arrive before its controller. */
const MOST_UNCLAIMED = 2_000

export class PodStore implements Store {
  readonly #claims: PodClaims
  readonly #byUid = new Map<string, RolloutPod>()
  readonly #byController = new Map<string, Set<RolloutPod>>()
  readonly #byName = new Map<string, RolloutPod>()
  readonly #itself = new Set<string>()
  /** The uids on their nodes of static pods, which only their events have. */
  readonly #onNode = new Set<string>()
  readonly #unclaimed = new Set<string>()
  readonly #onGone: (uid: string) => void

  /** @param onGone called for each pod that is no longer stored */
  constructor(claims: PodClaims, onGone: (uid: string) => void) {
    this.#claims = claims
    this.#onGone = onGone
  }

  begin(): Listing {
    const seen = new Set<string>()
    return {
      take: raw => {
        // An unclaimed pod that has not started can belong to a revision that has not arrived yet.
        const uid = this.#put(raw, { keepUnclaimed: text(record(record(raw).status).phase) === 'Pending' })
        if (uid !== null) seen.add(uid)
      },
      end: () => {
        for (const uid of [...this.#byUid.keys()]) if (!seen.has(uid)) this.#drop(uid)
      },
    }
  }

  change({ type, object }: WatchedChange<unknown>): void {
    if (type === 'deleted') this.#drop(uidOf(object))
    else this.#put(object, { keepUnclaimed: true })
  }

  controlledBy(uid: string): RolloutPod[] {
    return [...(this.#byController.get(uid) ?? [])]
  }

  podNamed(namespace: string, name: string): RolloutPod | null {
    return this.#byName.get(objectKey(namespace, name)) ?? null
  }

  /** Returns the pods that are waited for themselves. */
  claimed(): RolloutPod[] {
    return [...this.#itself].flatMap(uid => this.#byUid.get(uid) ?? [])
  }

  /** Whether there is a pod with that uid, be it only in its events. */
  has(uid: string): boolean {
    return this.#byUid.has(uid) || this.#onNode.has(uid)
  }

  /** @returns the pod's uid if it was stored */
  #put(raw: unknown, { keepUnclaimed }: { keepUnclaimed: boolean }): string | null {
    const uid = uidOf(raw)
    this.#remove(uid)
    const claim = this.#claimOn(raw)
    const pod = claim !== null || keepUnclaimed ? narrowRolloutPod(raw) : null
    if (pod === null) return null
    const { controller, namespace, name, uidOnNode } = pod.pod
    this.#byUid.set(uid, pod)
    if (uidOnNode !== undefined) this.#onNode.add(uidOnNode)
    this.#byName.set(objectKey(namespace, name), pod)
    if (controller !== null) addTo(this.#byController, controller.uid, pod)
    if (claim === 'itself') this.#itself.add(uid)
    if (claim === null) this.#keepForAWhile(uid)
    return uid
  }

  #claimOn(raw: unknown): 'itself' | 'controller' | null {
    const metadata = record(record(raw).metadata)
    const controller = narrowController(metadata)
    const { kind = null } = controller ?? {}
    if (this.#claims.pod(namespaceOf(raw), nameOf(raw) ?? '', record(metadata.labels), kind)) return 'itself'
    return controller !== null && this.#claims.controller(controller.uid) ? 'controller' : null
  }

  #keepForAWhile(uid: string): void {
    this.#unclaimed.add(uid)
    if (this.#unclaimed.size <= MOST_UNCLAIMED) return
    const [oldest = ''] = this.#unclaimed
    this.#unclaimed.delete(oldest)
    const controller = this.#byUid.get(oldest)?.pod.controller?.uid
    // Its controller can have become known since.
    if (controller === undefined || !this.#claims.controller(controller)) this.#drop(oldest)
  }

  #drop(uid: string): void {
    const pod = this.#byUid.get(uid)?.pod
    if (this.#remove(uid) && pod !== undefined) for (const each of uidsInEvents(pod)) this.#onGone(each)
  }

  /** @returns whether there was such a pod */
  #remove(uid: string): boolean {
    const pod = this.#byUid.get(uid)
    if (pod === undefined) return false
    this.#byUid.delete(uid)
    this.#unclaimed.delete(uid)
    this.#itself.delete(uid)
    const { controller, namespace, name, uidOnNode } = pod.pod
    if (uidOnNode !== undefined) this.#onNode.delete(uidOnNode)
    const key = objectKey(namespace, name)
    if (this.#byName.get(key) === pod) this.#byName.delete(key)
    if (controller !== null) removeFrom(this.#byController, controller.uid, pod)
    return true
  }
}

const uidOf = (raw: unknown): string => text(record(record(raw).metadata).uid)

function addTo<Item>(map: Map<string, Set<Item>>, key: string, item: Item): void {
  const items = map.get(key) ?? new Set()
  items.add(item)
  map.set(key, items)
}

function removeFrom<Item>(map: Map<string, Set<Item>>, key: string, item: Item): void {
  const items = map.get(key)
  items?.delete(item)
  if (items?.size === 0) map.delete(key)
}

/** How many events of unknown pods are kept, the newest ones. An event can arrive before its pod. */
const MOST_UNKNOWN = 1_000
/** How many events of one pod are kept. A pod that fails for hours keeps getting new messages. */
const MOST_OF_ONE = 60

/** Stores events of pulls by pod, and keeps them after the server has deleted them. */
export class EventStore implements Store {
  readonly #isKnown: (podUid: string) => boolean
  readonly #byPod = new Map<string, Map<string, PodEvent>>()
  readonly #unknown = new Set<string>()

  /** @param isKnown whether a pod is stored */
  constructor(isKnown: (podUid: string) => boolean) {
    this.#isKnown = isKnown
  }

  begin(): Listing {
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
