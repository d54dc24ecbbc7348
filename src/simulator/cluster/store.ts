/** The cluster's memory: objects by kind, an increasing resourceVersion, and watchers. Stored objects are frozen: copy one to change it. */

import type { Kind } from './kinds.ts'
import { type ApiObject, frozen } from './objects.ts'

export interface Change {
  type: 'ADDED' | 'MODIFIED' | 'DELETED'
  kind: Kind
  object: ApiObject
}

export class Store {
  #objects = new Map<string, Map<string, ApiObject>>()
  #watchers = new Set<(change: Change) => void>()
  #revision = 1

  get revision(): number {
    return this.#revision
  }

  get(kind: Kind, namespace: string | undefined, name: string): ApiObject | undefined {
    return this.#of(kind).get(keyOf(kind, namespace, name))
  }

  /** In etcd's order: by `namespace/name`. */
  list(kind: Kind, namespace?: string): ApiObject[] {
    const prefix = namespace === undefined ? '' : `${namespace}/`
    return [...this.#of(kind)]
      .filter(([key]) => key.startsWith(prefix))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, object]) => object)
  }

  /** Stores it under a new resourceVersion and returns the stored object. */
  put(kind: Kind, object: ApiObject): ApiObject {
    const { namespace, name } = object.metadata
    const key = keyOf(kind, namespace, name)
    const type = this.#of(kind).has(key) ? 'MODIFIED' : 'ADDED'
    const stored = this.#stamp(object)
    this.#of(kind).set(key, stored)
    this.#tell({ type, kind, object: stored })
    return stored
  }

  remove(kind: Kind, object: ApiObject): ApiObject {
    const { namespace, name } = object.metadata
    this.#of(kind).delete(keyOf(kind, namespace, name))
    const last = this.#stamp(object)
    this.#tell({ type: 'DELETED', kind, object: last })
    return last
  }

  /** Holds exactly what the other store holds now, with the same resourceVersions; watchers are not called. */
  restore(other: Store): void {
    this.#revision = other.#revision
    this.#objects = new Map([...other.#objects].map(([kind, objects]) => [kind, new Map(objects)]))
  }

  /** Calls back on every change until the returned function is called. */
  watch(onChange: (change: Change) => void): () => void {
    this.#watchers.add(onChange)
    return () => this.#watchers.delete(onChange)
  }

  #of(kind: Kind): Map<string, ApiObject> {
    const known = this.#objects.get(kind.kind)
    if (known) return known
    const fresh = new Map<string, ApiObject>()
    this.#objects.set(kind.kind, fresh)
    return fresh
  }

  #stamp(object: ApiObject): ApiObject {
    this.#revision += 1
    return frozen({ ...object, metadata: { ...object.metadata, resourceVersion: String(this.#revision) } })
  }

  #tell(change: Change): void {
    for (const watcher of this.#watchers) watcher(change)
  }
}

const keyOf = (kind: Kind, namespace: string | undefined, name: string): string =>
  kind.namespaced ? `${namespace}/${name}` : name
