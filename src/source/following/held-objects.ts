/** Workloads and their revisions while they are followed, reduced to what judging their rollouts, pods, and images takes. */

import type { WatchedChange } from '../../kubernetes/api/cluster.ts'
import type { RolloutKind, RolloutRevision, RolloutWorkload } from '../../snapshot/rollout.ts'
import type { OwnerLink } from '../../snapshot/snapshot.ts'
import { narrowOwner } from '../narrow/controller.ts'
import { narrowPodTemplate, type PodTemplate } from '../narrow/pod-template.ts'
import { narrowRevision, narrowRolloutWorkload } from '../narrow/rollout.ts'
import { nameOf, namespaceOf, record } from '../narrow/shape.ts'
import type { Store } from './follower.ts'

/** Kinds that are followed: the workloads themselves, and their revisions. */
export type HeldKind = RolloutKind | 'ControllerRevision'

export interface HeldObject {
  kind: HeldKind
  workload: RolloutWorkload | null
  revision: RolloutRevision
  owner: OwnerLink
  labels: Record<string, unknown>
  /** `matchLabels` of its selector; null where it has none, or has more than these. */
  podLabels: Record<string, string> | null
  template: PodTemplate
}

/** Those of one kind. */
export class HeldObjects implements Store<unknown> {
  readonly kind: HeldKind
  readonly #isWanted: (object: HeldObject) => boolean
  /** Another one after each change. */
  version = 0
  readonly #byKey = new Map<string, HeldObject>()
  readonly #byOwner = new Map<string, Set<HeldObject>>()

  /** @param isWanted only these are kept */
  constructor(kind: HeldKind, isWanted: (object: HeldObject) => boolean) {
    this.kind = kind
    this.#isWanted = isWanted
  }

  begin(): { take(raw: unknown): void; end(): void } {
    const seen = new Set<string>()
    return {
      take: raw => {
        this.#put(raw)
        seen.add(keyOf(raw))
      },
      end: () => {
        for (const key of [...this.#byKey.keys()]) if (!seen.has(key)) this.#drop(key)
      },
    }
  }

  change({ type, object }: WatchedChange<unknown>): void {
    if (type === 'deleted') this.#drop(keyOf(object))
    else this.#put(object)
  }

  get(namespace: string, name: string): HeldObject | null {
    return this.#byKey.get(`${namespace}/${name}`) ?? null
  }

  ownedBy(uid: string): HeldObject[] {
    return [...(this.#byOwner.get(uid) ?? [])]
  }

  all(): HeldObject[] {
    return [...this.#byKey.values()]
  }

  #put(raw: unknown): void {
    const key = keyOf(raw)
    this.#drop(key)
    const object = held(raw, this.kind)
    if (object === null || !this.#isWanted(object)) return
    this.version += 1
    this.#byKey.set(key, object)
    const uid = object.owner.controller?.uid
    if (uid === undefined) return
    const siblings = this.#byOwner.get(uid) ?? new Set()
    siblings.add(object)
    this.#byOwner.set(uid, siblings)
  }

  #drop(key: string): void {
    const object = this.#byKey.get(key)
    if (object === undefined) return
    this.version += 1
    this.#byKey.delete(key)
    const uid = object.owner.controller?.uid ?? ''
    const siblings = this.#byOwner.get(uid)
    siblings?.delete(object)
    if (siblings?.size === 0) this.#byOwner.delete(uid)
  }
}

function keyOf(raw: unknown): string {
  return `${namespaceOf(raw)}/${nameOf(raw) ?? ''}`
}

function held(raw: unknown, kind: HeldKind): HeldObject | null {
  const revision = narrowRevision(raw)
  const owner = narrowOwner(raw, kind)
  if (revision === null || owner === null) return null
  const { metadata, spec } = record(raw)
  const { selector } = record(spec)
  return {
    kind,
    workload: kind === 'ControllerRevision' ? null : narrowRolloutWorkload(raw, kind),
    revision,
    owner,
    labels: record(record(metadata).labels),
    podLabels: kind === 'ControllerRevision' ? null : labelsIn(record(selector), kind),
    template: narrowPodTemplate(raw, kind),
  }
}

/** Expressions are not looked at: without them the labels would promise too much. */
function labelsIn(selector: Record<string, unknown>, kind: HeldKind): Record<string, string> | null {
  const plain = kind === 'ReplicationController' ? selector : record(selector.matchLabels)
  const labels = Object.entries(plain).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  return labels.length === 0 ? null : Object.fromEntries(labels)
}
