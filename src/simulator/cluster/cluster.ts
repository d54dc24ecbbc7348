/** A small cluster in memory: what the API server does between a request and the store, also used by the controllers and tests. */

import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { RECORDED_STACK, type Stack } from '../stack.ts'
import { admit } from './admission.ts'
import { fixedMetadata, mergeStringData, withNextGeneration, withoutStatusChange } from './change.ts'
import type { Clock } from './clock.ts'
import { withDefaults } from './defaults.ts'
import {
  checkPreconditions,
  type DeletionOptions,
  deletePod,
  removeDependents,
  terminateNamespace,
} from './deletion.ts'
import { apiVersionOf, type Kind, kindNamed } from './kinds.ts'
import { type ApiObject, copyOf, type Draft, type Metadata } from './objects.ts'
import { alreadyExists, conflict, notFound, Refusal } from './refusal.ts'
import { Store } from './store.ts'
import { validateChange, validateNew } from './validation.ts'

const SUFFIX_LETTERS = 'bcdfghjklmnpqrstvwxz2456789'

/** Five letters like those that generateName appends. */
const randomSuffix = (): string =>
  Array.from(
    randomUUID().replaceAll('-', '').slice(0, 5),
    hex => SUFFIX_LETTERS[Number.parseInt(hex, 16)],
  ).join('')

export class Cluster {
  readonly store = new Store()
  readonly clock: Clock
  readonly stack: Stack

  constructor(clock: Clock, stack: Stack = RECORDED_STACK) {
    this.clock = clock
    this.stack = stack
    for (const name of ['default', 'kube-node-lease', 'kube-public', 'kube-system']) this.addNamespace(name)
  }

  /** A namespace with its `default` service account, as the controllers create it. */
  addNamespace(name: string, extra: Partial<Metadata> = {}): ApiObject {
    const namespace = this.add({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, ...extra } })
    this.add({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } })
    return namespace
  }

  /** Stores the object with its defaults; uid, times and status are kept if given. For seeding: permissions are not checked. */
  add(draft: Draft): ApiObject {
    return this.#store(kindNamed(draft.kind), draft, { seed: true, dryRun: false })
  }

  /** Creates like POST: defaults, admission, validation. Throws Refusal. */
  create(draft: Draft, options: { dryRun?: boolean } = {}): ApiObject {
    return this.#store(kindNamed(draft.kind), draft, { seed: false, dryRun: options.dryRun ?? false })
  }

  /** Stores an event; one that is refused, as in a terminating namespace, is dropped. */
  record(event: Omit<Draft, 'apiVersion' | 'kind'>): void {
    try {
      this.add({ ...event, metadata: event.metadata as Partial<Metadata>, apiVersion: 'v1', kind: 'Event' })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
    }
  }

  get(kind: string, namespace: string | undefined, name: string): ApiObject | undefined {
    return this.store.get(kindNamed(kind), namespace, name)
  }

  list(kind: string, namespace?: string): ApiObject[] {
    return this.store.list(kindNamed(kind), namespace)
  }

  /**
   * Replaces like PUT or PATCH: same uid, resourceVersion if given, immutable fields. An unchanged object is not stored again. Throws
   * Refusal.
   */
  update(object: ApiObject, options: { dryRun?: boolean; status?: boolean } = {}): ApiObject {
    const kind = kindNamed(object.kind)
    const before = this.#existing(kind, object.metadata.namespace, object.metadata.name)
    const { resourceVersion } = object.metadata
    if (resourceVersion && resourceVersion !== before.metadata.resourceVersion)
      throw conflict(kind, before.metadata.name)
    const after = options.status
      ? { ...before, status: object.status ?? {} }
      : withoutStatusChange(before, {
          ...withDefaults(mergeStringData(object), this.stack.kubernetes),
          metadata: fixedMetadata(before, object),
        })
    if (!options.status) validateChange(kind, before, after)
    if (isDeepStrictEqual(JSON.parse(JSON.stringify(after)), JSON.parse(JSON.stringify(before))))
      return before
    const changed = options.status ? after : withNextGeneration(before, after)
    return options.dryRun ? changed : this.store.put(kind, changed)
  }

  /** Changes an object in place, for controllers and tests; the callback gets a copy. */
  change(
    kind: string,
    namespace: string | undefined,
    name: string,
    edit: (copy: ApiObject) => void,
  ): ApiObject {
    const before = this.#existing(kindNamed(kind), namespace, name)
    const copy = copyOf(before)
    edit(copy)
    return isDeepStrictEqual(copy, before) ? before : this.store.put(kindNamed(kind), copy)
  }

  /** Deletes like DELETE, preconditions first. Pods on a node only start to terminate; the kubelet finishes them. Throws Refusal. */
  remove(
    kindName: string,
    namespace: string | undefined,
    name: string,
    options: DeletionOptions = {},
  ): ApiObject {
    const kind = kindNamed(kindName)
    const object = this.#existing(kind, namespace, name)
    checkPreconditions(kind, object, options)
    if (kindName === 'Pod') return deletePod(this, object, options)
    if (options.dryRun) return object
    if (kindName === 'Namespace') return terminateNamespace(this, object)
    const last = this.store.remove(kind, object)
    if (options.propagationPolicy !== 'Orphan') removeDependents(this, object.metadata)
    return last
  }

  #store(kind: Kind, draft: Draft, how: { seed: boolean; dryRun: boolean }): ApiObject {
    const metadata = { ...draft.metadata }
    if (!metadata.name && metadata.generateName) metadata.name = metadata.generateName + randomSuffix()
    const given = how.seed ? metadata : { ...metadata, uid: undefined, creationTimestamp: undefined }
    const filled: Metadata = {
      ...given,
      name: metadata.name ?? '',
      uid: given.uid ?? randomUUID(),
      creationTimestamp: given.creationTimestamp ?? this.clock.timestamp(),
      resourceVersion: '',
      ...(kind.fields.includes('spec') && !['Namespace', 'Node'].includes(kind.kind) && { generation: 1 }),
      ...(kind.kind === 'Namespace' && {
        labels: { 'kubernetes.io/metadata.name': metadata.name ?? '', ...metadata.labels },
      }),
    }
    const { status, ...withoutStatus } = draft
    const raw = {
      ...(how.seed ? draft : withoutStatus),
      apiVersion: apiVersionOf(kind),
      kind: kind.kind,
      metadata: filled,
    }
    const object = admit(
      this,
      kind,
      JSON.parse(JSON.stringify(withDefaults(mergeStringData(raw as ApiObject), this.stack.kubernetes))),
      metadata,
    )
    validateNew(kind, object)
    if (this.store.get(kind, filled.namespace, filled.name)) throw alreadyExists(kind, filled.name)
    if (!how.dryRun) return this.store.put(kind, object)
    const { resourceVersion, ...unstored } = object.metadata
    return { ...object, metadata: unstored as Metadata }
  }

  #existing(kind: Kind, namespace: string | undefined, name: string): ApiObject {
    const object = this.store.get(kind, namespace, name)
    if (!object) throw notFound(kind, name)
    return object
  }
}
