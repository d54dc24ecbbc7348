/** Stores the awaited workloads of a scope and their revisions, narrowed to what judging them takes, and decides whose pods are wanted. */

import { record } from '../../json/json-object.ts'
import type { WatchedChange } from '../../kubernetes/api/cluster.ts'
import { nameOf, namespaceOf } from '../../kubernetes/api/kinds.ts'
import { objectKey } from '../../snapshot/object-key.ts'
import type { RolloutKind, RolloutRevision, RolloutWorkload } from '../../snapshot/rollout.ts'
import type { OwnerLink } from '../../snapshot/snapshot.ts'
import { fieldValue } from '../live/reading.ts'
import { narrowRevision, narrowRolloutWorkload, REVISIONS } from '../live/rollouts.ts'
import { narrowOwner } from '../narrow/controller.ts'
import { narrowPodTemplate, type PodTemplate } from '../narrow/template.ts'
import type { Focus, Listing, Store } from './follower.ts'
import type { NamedSubject, SubjectIndex, Subjects } from './subjects.ts'

/** Followed kinds: the workloads themselves, and their revisions. */
type StoredKind = RolloutKind | 'ControllerRevision'

export interface WorkloadObject {
  kind: StoredKind
  workload: RolloutWorkload | null
  revision: RolloutRevision
  owner: OwnerLink
  labels: Record<string, unknown>
  /** `matchLabels` of its selector, without its expressions, so they can match other pods too; null if it has none. */
  podLabels: Record<string, string> | null
  template: PodTemplate
}

/** A followed kind, and which of its objects are followed. */
export interface FollowedKind {
  kind: StoredKind
  focus: Focus
}

export class WorkloadStore {
  readonly #subjects: Subjects
  readonly #index: SubjectIndex
  readonly #objects = new Map<StoredKind, StoredObjects>()
  #controllers: { version: number; uids: ReadonlySet<string> } | null = null

  constructor(subjects: Subjects, index: SubjectIndex) {
    this.#subjects = subjects
    this.#index = index
  }

  /** Returns the kinds of the workloads, and the additional kinds of their revisions, each once. */
  kinds(): [workloads: FollowedKind[], revisions: FollowedKind[]] {
    const { named, selections } = this.#subjects
    const all = [...named.map(({ kind }) => kind), ...selections.flatMap(({ kinds }) => kinds)]
    const workloads: StoredKind[] = [...new Set(all)].filter(kind => kind !== 'Pod')
    const revisions = new Set<StoredKind>(workloads.flatMap(kind => REVISIONS[kind] ?? []))
    return [
      workloads.map(kind => ({ kind, focus: revisions.has(kind) ? {} : this.#focusOf(kind) })),
      [...revisions].filter(kind => !workloads.includes(kind)).map(kind => ({ kind, focus: {} })),
    ]
  }

  /** Creates and registers the store for a kind. */
  storeFor(kind: StoredKind): StoredObjects {
    const store = new StoredObjects(kind, object => this.#isWanted(object))
    this.#objects.set(kind, store)
    return store
  }

  get(kind: StoredKind, namespace: string, name: string): WorkloadObject | null {
    return this.#objects.get(kind)?.get(namespace, name) ?? null
  }

  /** Returns the awaited workloads that exist. */
  waitedFor(): WorkloadObject[] {
    return this.#all().filter(object => this.#isNamed(object) || this.#isSelected(object))
  }

  /** Returns the workloads selected by labels and not by name. */
  selected(): WorkloadObject[] {
    return this.#all().filter(object => !this.#isNamed(object) && this.#isSelected(object))
  }

  revisionsOf({ kind, owner }: WorkloadObject): WorkloadObject[] {
    const kept = REVISIONS[kind]
    return kept === undefined ? [] : (this.#objects.get(kept)?.ownedBy(owner.uid) ?? [])
  }

  /** Whether a controller's pods are wanted. */
  wantsPodsOf(uid: string): boolean {
    const version = [...this.#objects.values()].reduce((sum, objects) => sum + objects.version, 0)
    if (this.#controllers?.version !== version) {
      const workloads = this.waitedFor()
      const controllers = [...workloads, ...workloads.flatMap(object => this.revisionsOf(object))]
      this.#controllers = { version, uids: new Set(controllers.map(({ owner }) => owner.uid)) }
    }
    return this.#controllers.uids.has(uid)
  }

  owners(): OwnerLink[] {
    return this.#all().map(({ owner }) => owner)
  }

  #all(): WorkloadObject[] {
    return [...this.#objects.values()].flatMap(objects => objects.all())
  }

  /** Focuses on a single name if it is the only one of its kind: some users are allowed to read only that object. */
  #focusOf(kind: StoredKind): Focus {
    const { named, selections } = this.#subjects
    const [only, ...others] = named.filter(subject => subject.kind === kind)
    const more = others.length > 0 || selections.some(({ kinds }) => kinds.some(each => each === kind))
    return only === undefined || more ? {} : { fieldSelector: `metadata.name=${fieldValue(only.name)}` }
  }

  /** Whether the object is waited for, is a revision of such a workload, or could turn out to be one. */
  #isWanted(object: WorkloadObject): boolean {
    const { namespace, controller } = object.owner
    if (this.#index.selectsByLabel(namespace) || this.#isNamed(object)) return true
    if (controller === null) return false
    return this.#index.names({ kind: controller.kind as RolloutKind, namespace, name: controller.name })
  }

  #isNamed(object: WorkloadObject): boolean {
    return this.#index.names(subjectOf(object))
  }

  #isSelected(object: WorkloadObject): boolean {
    return this.#index.selects(subjectOf(object), object.labels, object.owner.controller?.kind ?? null)
  }
}

/** Returns the object as a subject. A ControllerRevision is never one, because it is never named or selected. */
export function subjectOf({ kind, owner }: WorkloadObject): NamedSubject {
  return { kind: kind as RolloutKind, namespace: owner.namespace, name: owner.name }
}

/** Stores the objects of one kind. */
class StoredObjects implements Store {
  readonly kind: StoredKind
  readonly #isWanted: (object: WorkloadObject) => boolean
  /** Changes whenever the objects do. */
  version = 0
  readonly #byKey = new Map<string, WorkloadObject>()
  readonly #byOwner = new Map<string, Set<WorkloadObject>>()

  /** @param isWanted objects to keep */
  constructor(kind: StoredKind, isWanted: (object: WorkloadObject) => boolean) {
    this.kind = kind
    this.#isWanted = isWanted
  }

  begin(): Listing {
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

  get(namespace: string, name: string): WorkloadObject | null {
    return this.#byKey.get(objectKey(namespace, name)) ?? null
  }

  ownedBy(uid: string): WorkloadObject[] {
    return [...(this.#byOwner.get(uid) ?? [])]
  }

  all(): WorkloadObject[] {
    return [...this.#byKey.values()]
  }

  #put(raw: unknown): void {
    const key = keyOf(raw)
    this.#drop(key)
    const object = narrowStored(raw, this.kind)
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
  return objectKey(namespaceOf(raw), nameOf(raw) ?? '')
}

function narrowStored(raw: unknown, kind: StoredKind): WorkloadObject | null {
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

/** Returns the labels that a selector requires; null if it has none. Ignores its expressions, which could only match fewer pods. */
function labelsIn(selector: Record<string, unknown>, kind: StoredKind): Record<string, string> | null {
  const plain = kind === 'ReplicationController' ? selector : record(selector.matchLabels)
  const labels = Object.entries(plain).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  return labels.length === 0 ? null : Object.fromEntries(labels)
}
