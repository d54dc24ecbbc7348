/** Pods as they are followed, by their controllers: those of the workloads waited for, and for a while those whose controller is not known yet. */

import type { WatchedChange } from '../../kubernetes/api/cluster.ts'
import type { RolloutPod } from '../../snapshot/rollout.ts'
import { narrowRolloutPod } from '../narrow/rollout.ts'
import { list, nameOf, namespaceOf, record, text } from '../narrow/shape.ts'
import type { Store } from './follower.ts'

/** Whose pods are wanted. */
export interface PodClaims {
  /** A workload or revision with that uid is waited for. */
  controller(uid: string): boolean
  /** A pod is waited for itself. @param controlledBy the kind of its controller */
  pod(namespace: string, name: string, labels: Record<string, unknown>, controlledBy: string | null): boolean
}

/** A pod can arrive before its controller. So many unclaimed pods are kept, the newest. */
const MOST_UNCLAIMED = 2_000

export class HeldPods implements Store<unknown> {
  readonly #claims: PodClaims
  readonly #byUid = new Map<string, RolloutPod>()
  readonly #byController = new Map<string, Set<RolloutPod>>()
  readonly #byName = new Map<string, RolloutPod>()
  readonly #itself = new Set<string>()
  readonly #unclaimed = new Set<string>()
  readonly #onGone: (uid: string) => void

  /** @param onGone called for each pod that is no longer held */
  constructor(claims: PodClaims, onGone: (uid: string) => void) {
    this.#claims = claims
    this.#onGone = onGone
  }

  begin(): { take(raw: unknown): void; end(): void } {
    const seen = new Set<string>()
    return {
      take: raw => {
        // An unclaimed pod that has not started can belong to a revision that has not arrived yet.
        const uid = this.#put(raw, text(record(record(raw).status).phase) === 'Pending')
        if (uid !== null) seen.add(uid)
      },
      end: () => {
        for (const uid of [...this.#byUid.keys()]) if (!seen.has(uid)) this.#drop(uid)
      },
    }
  }

  change({ type, object }: WatchedChange<unknown>): void {
    if (type === 'deleted') this.#drop(uidOf(object))
    else this.#put(object, true)
  }

  controlledBy(uid: string): RolloutPod[] {
    return [...(this.#byController.get(uid) ?? [])]
  }

  named(namespace: string, name: string): RolloutPod | null {
    return this.#byName.get(`${namespace}/${name}`) ?? null
  }

  /** Those that are waited for themselves. */
  claimed(): RolloutPod[] {
    return [...this.#itself].flatMap(uid => this.#byUid.get(uid) ?? [])
  }

  has(uid: string): boolean {
    return this.#byUid.has(uid)
  }

  /** @returns its uid where it is held */
  #put(raw: unknown, keepUnclaimed: boolean): string | null {
    const uid = uidOf(raw)
    this.#drop(uid, true)
    const claim = this.#claimOn(raw)
    const pod = claim !== null || keepUnclaimed ? narrowRolloutPod(raw) : null
    if (pod === null) return null
    const { controller, namespace, name } = pod.pod
    this.#byUid.set(uid, pod)
    this.#byName.set(`${namespace}/${name}`, pod)
    if (controller !== null) addTo(this.#byController, controller.uid, pod)
    if (claim === 'itself') this.#itself.add(uid)
    if (claim === null) this.#keepForAWhile(uid)
    return uid
  }

  #claimOn(raw: unknown): 'itself' | 'controller' | null {
    const { labels, ownerReferences } = record(record(raw).metadata)
    const controller = list(ownerReferences)
      .map(record)
      .find(owner => owner.controller === true)
    const kind = controller === undefined ? null : text(controller.kind)
    if (this.#claims.pod(namespaceOf(raw), nameOf(raw) ?? '', record(labels), kind)) return 'itself'
    return controller !== undefined && this.#claims.controller(text(controller.uid)) ? 'controller' : null
  }

  #keepForAWhile(uid: string): void {
    this.#unclaimed.add(uid)
    if (this.#unclaimed.size <= MOST_UNCLAIMED) return
    const [oldest = ''] = this.#unclaimed
    this.#unclaimed.delete(oldest)
    const controller = this.#byUid.get(oldest)?.pod.controller?.uid
    // Its controller may have become known since.
    if (controller === undefined || !this.#claims.controller(controller)) this.#drop(oldest)
  }

  #drop(uid: string, isReplaced = false): void {
    const pod = this.#byUid.get(uid)
    if (pod === undefined) return
    this.#byUid.delete(uid)
    this.#unclaimed.delete(uid)
    this.#itself.delete(uid)
    const { controller, namespace, name } = pod.pod
    const key = `${namespace}/${name}`
    if (this.#byName.get(key) === pod) this.#byName.delete(key)
    if (controller !== null) removeFrom(this.#byController, controller.uid, pod)
    if (!isReplaced) this.#onGone(uid)
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
