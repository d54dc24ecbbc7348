/** What other rooms can request from an API server. */

import type { Shape } from '../../protobuf/shape.ts'
import type { ApiPath } from './paths.ts'

/** An object as the server sent it, of unknown kind; unknown fields are kept. */
export type KubernetesObject = Record<string, unknown>

export interface ReadOptions {
  labelSelector?: string
  fieldSelector?: string
  /** Request metadata only (PartialObjectMetadata): kind, name, ownerReferences… of large objects. */
  metadataOnly?: boolean
  signal?: AbortSignal
}

export interface ListOptions extends ReadOptions {
  /** Page size; 0 asks for everything in one answer. */
  limit?: number
  /** Not older than this: then the server need not ask its store for the newest state. Any state that a list has told; the newest where it is left out. */
  resourceVersion?: string
  /** Only these fields are read: the response is requested as protobuf, at a third of the cost. A JSON response is accepted, with all fields. */
  shape?: Shape
  /** Only these items are passed to the visitor. */
  only?: Selection
}

/** Which items of a list are wanted, told from a few of their fields: the rest of the others is not looked at. */
export interface Selection {
  /** The fields to tell it from, with the names that identify an item. */
  shape: Shape
  /** @param item with at least the fields of the shape */
  isWanted(item: KubernetesObject): boolean
}

/** The result of a complete list. A list that ends early throws; it is never silently short. */
export interface ListResult {
  /** The number of items, those that were not wanted included. */
  count: number
  resourceVersion: string
  /** A continue token expired (410) midway: the rest came from a newer state, so the list mixes two states. */
  inconsistent: boolean
}

export interface WatchOptions {
  labelSelector?: string
  fieldSelector?: string
  /** Where to begin: what a list or a watch before has ended with. */
  resourceVersion: string
  /** After so many seconds the server ends it. */
  timeoutSeconds: number
  signal?: AbortSignal
}

/** What has become of one object. */
export interface WatchedChange<T> {
  type: 'added' | 'modified' | 'deleted'
  object: T
}

/** How a watch ended. Where it did not end `over`, only a new list tells what is there. */
export interface WatchEnd {
  /**
   * `over`: by the server, in time; `expired`: it no longer knows that resource version; `silent`: nothing was heard of it for too long;
   * `broken`: the connection was cut, or the server gave up.
   */
  why: 'over' | 'expired' | 'silent' | 'broken'
  /** From which a next watch can go on. */
  resourceVersion: string
}

/** One row of a Table answer. `object` is null where the server was asked to leave it out. */
export interface TableRow {
  cells: unknown[]
  /** As the server sent them; a finished pod has one of type `Completed`, whose reason is the pod's phase. */
  conditions: unknown
  object: KubernetesObject | null
}

export interface TableResult extends ListResult {
  /** Column names as the server gives them; empty if the server answered with a plain list instead. */
  columns: string[]
}

/** `verb` on `resource` (plural, with `/subresource`), `namespace` null for cluster-wide. */
export interface AccessQuestion {
  verb: string
  group: string
  resource: string
  namespace: string | null
  name?: string
}

/** Reading: GET only. Paths come from paths.ts; their type is the model of the response. */
export interface ClusterReader {
  /** The kubeconfig context in use; null in a pod or with a bare --server. */
  readonly context: string | null
  readonly server: string
  /** The context's namespace, or `default`. */
  readonly namespace: string
  /** One object. @throws ApiError */
  get<T = KubernetesObject>(path: ApiPath<T>, options?: ReadOptions): Promise<T>
  /** Every item of a list, one at a time as it arrives; items carry no apiVersion and kind unless the server sends them. @throws ApiError */
  list<T = KubernetesObject>(
    path: ApiPath<T>,
    options: ListOptions,
    visit: (item: T) => void,
  ): Promise<ListResult>
  /** Table rows without objects. If the server answers with a plain list, `visitItem` gets its items instead. @throws ApiError */
  table<T = KubernetesObject>(
    path: ApiPath<T>,
    options: ListOptions,
    visitRow: (row: TableRow) => void,
    visitItem: (item: T) => void,
  ): Promise<TableResult>
  /** Changes of a list's objects, one at a time as they arrive, for as long as the server keeps on. @throws ApiError where it does not begin */
  watch<T = KubernetesObject>(
    path: ApiPath<T>,
    options: WatchOptions,
    visit: (change: WatchedChange<T>) => void,
  ): Promise<WatchEnd>
  /** Milliseconds since 1970 as the server has them; this machine's where it has not told. */
  serverNow(): number
  /** SelfSubjectAccessReview; true means allowed. */
  canI(question: AccessQuestion, signal?: AbortSignal): Promise<boolean>
  /** SelfSubjectReview: the user name on the server; null if the response has none. @throws ApiError */
  whoAmI(signal?: AbortSignal): Promise<string | null>
  /** Warning headers seen so far, each once. */
  warnings(): string[]
  close(): Promise<void>
}
