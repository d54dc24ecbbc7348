/** The workloads waited for in an area with their revisions: who belongs to whom, and whose pods are wanted. */

import type { RolloutKind } from '../../snapshot/rollout.ts'
import type { OwnerLink } from '../../snapshot/snapshot.ts'
import { fieldValue } from '../live/field-selector.ts'

import type { Focus } from './follower.ts'
import { type HeldKind, type HeldObject, HeldObjects } from './held-objects.ts'
import type { NamedSubject, SubjectIndex, Subjects } from './subjects.ts'

/** What the revisions of a kind are kept in. */
const REVISIONS: Partial<Record<HeldKind, HeldKind>> = {
  Deployment: 'ReplicaSet',
  DaemonSet: 'ControllerRevision',
  CronJob: 'Job',
}

/** A kind that is followed, and which objects of it. */
export interface FollowedKind {
  kind: HeldKind
  focus: Focus
}

export class HeldWorkloads {
  readonly #subjects: Subjects
  readonly #index: SubjectIndex
  readonly #objects = new Map<HeldKind, HeldObjects>()
  #makers: { version: number; uids: ReadonlySet<string> } | null = null

  constructor(subjects: Subjects, index: SubjectIndex) {
    this.#subjects = subjects
    this.#index = index
  }

  /** The kinds of the workloads, then those of their revisions, each once. */
  kinds(): [workloads: FollowedKind[], revisions: FollowedKind[]] {
    const { named, selections } = this.#subjects
    const all = [...named.map(({ kind }) => kind), ...selections.flatMap(({ kinds }) => kinds)]
    const workloads: HeldKind[] = [...new Set(all)].filter(kind => kind !== 'Pod')
    const revisions = new Set(workloads.flatMap(kind => REVISIONS[kind] ?? []))
    return [
      workloads.map(kind => ({ kind, focus: revisions.has(kind) ? {} : this.#focusOf(kind) })),
      [...revisions].filter(kind => !workloads.includes(kind)).map(kind => ({ kind, focus: {} })),
    ]
  }

  /** Where those of a kind are kept from now on. */
  storeFor(kind: HeldKind): HeldObjects {
    const store = new HeldObjects(kind, object => this.#isWanted(object))
    this.#objects.set(kind, store)
    return store
  }

  get(kind: HeldKind, namespace: string, name: string): HeldObject | null {
    return this.#objects.get(kind)?.get(namespace, name) ?? null
  }

  /** Those waited for that are there. */
  waitedFor(): HeldObject[] {
    return this.#all().filter(object => this.#isNamed(object) || this.#isSelected(object))
  }

  /** Those that labels selected. */
  selected(): HeldObject[] {
    return this.#all().filter(object => !this.#isNamed(object) && this.#isSelected(object))
  }

  revisionsOf({ kind, owner }: HeldObject): HeldObject[] {
    const kept = REVISIONS[kind]
    return kept === undefined ? [] : (this.#objects.get(kept)?.ownedBy(owner.uid) ?? [])
  }

  /** Whether pods of a controller are wanted. */
  makes(uid: string): boolean {
    const version = [...this.#objects.values()].reduce((sum, objects) => sum + objects.version, 0)
    if (this.#makers?.version !== version) {
      const workloads = this.waitedFor()
      const makers = [...workloads, ...workloads.flatMap(object => this.revisionsOf(object))]
      this.#makers = { version, uids: new Set(makers.map(({ owner }) => owner.uid)) }
    }
    return this.#makers.uids.has(uid)
  }

  owners(): OwnerLink[] {
    return this.#all().map(({ owner }) => owner)
  }

  #all(): HeldObject[] {
    return [...this.#objects.values()].flatMap(objects => objects.all())
  }

  /** The one of that kind by name, if it is the only one: some users are allowed to read only that. */
  #focusOf(kind: HeldKind): Focus {
    const { named, selections } = this.#subjects
    const [only, ...others] = named.filter(subject => subject.kind === kind)
    const more = others.length > 0 || selections.some(({ kinds }) => kinds.some(each => each === kind))
    return only === undefined || more ? {} : { fieldSelector: `metadata.name=${fieldValue(only.name)}` }
  }

  /** Whether it is waited for, is a revision of such, or may turn out to be. */
  #isWanted(object: HeldObject): boolean {
    const { namespace, controller } = object.owner
    if (this.#index.isOpen(namespace) || this.#isNamed(object)) return true
    if (controller === null) return false
    return this.#index.names({ kind: controller.kind as RolloutKind, namespace, name: controller.name })
  }

  #isNamed(object: HeldObject): boolean {
    return this.#index.names(subjectOf(object))
  }

  #isSelected(object: HeldObject): boolean {
    return this.#index.selects(subjectOf(object), object.labels, object.owner.controller?.kind ?? null)
  }
}

/** A ControllerRevision is none, and is never named or selected. */
export function subjectOf({ kind, owner }: HeldObject): NamedSubject {
  return { kind: kind as RolloutKind, namespace: owner.namespace, name: owner.name }
}
