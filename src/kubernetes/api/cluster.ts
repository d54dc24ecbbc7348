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
  /** Page size, by default LIST_PAGE; 0 asks for everything in one answer. */
  limit?: number
  /** Accept a state not older than this, sparing the server a read from its store: a version that a list returned; the newest if absent. */
  resourceVersion?: string
  /** Only these fields are read: requested as protobuf, at a third of the cost. A JSON response is accepted, with all fields. */
  shape?: Shape
  /** Only these items are passed to the visitor. */
  only?: Selection
}

/** Which items of a list are wanted, judged by a few of their fields; the rest of the others is not read. */
interface Selection {
  /** The fields to judge by, including the names that identify an item. */
  shape: Shape
  /** @param item with at least the fields of the shape */
  isWanted(item: KubernetesObject): boolean
}

/** The result of a complete list. A list that ends early throws; it is never silently short. */
export interface ListResult {
  /** The number of items, including those that were not wanted. */
  count: number
  resourceVersion: string
  /** A continue token expired (410) midway, and the rest came from a newer state, so the list mixes two states. */
  inconsistent: boolean
}

export interface WatchOptions {
  labelSelector?: string
  fieldSelector?: string
  /** Where to start: the version at which the previous list or watch ended. */
  resourceVersion: string
  /** The server ends the watch after this many seconds. */
  timeoutSeconds: number
  signal?: AbortSignal
}

/** A change of one object. */
export interface WatchedChange<T> {
  type: 'added' | 'modified' | 'deleted'
  object: T
}

/** How a watch ended. Unless it ended with `over`, only a new list shows the current state. */
export interface WatchEnd {
  /**
   * `over`: ended by the server, in time; `expired`: the server no longer has that resource version; `silent`: nothing arrived for too
   * long; `broken`: the connection was cut, or the server gave up.
   */
  why: 'over' | 'expired' | 'silent' | 'broken'
  /** The version from which the next watch can continue. */
  resourceVersion: string
}

/** One row of a Table response. `object` is null if the server was asked to omit it. */
export interface TableRow {
  cells: unknown[]
  /** As the server sent them; a finished pod has one of type `Completed`, whose reason is the pod's phase. */
  conditions: unknown
  object: KubernetesObject | null
}

export interface TableResult extends ListResult {
  /** Column names as the server sends them; empty if the server answered with a plain list instead. */
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
  /** Visits every item of a list as it arrives; items carry no apiVersion and kind unless the server sends them. @throws ApiError */
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
  /** Visits changes of a list's objects as they arrive, until the server ends the watch. @throws ApiError if the watch does not start */
  watch<T = KubernetesObject>(
    path: ApiPath<T>,
    options: WatchOptions,
    visit: (change: WatchedChange<T>) => void,
  ): Promise<WatchEnd>
  /** Milliseconds since 1970 by the server's clock; by this machine's until the server has sent its time. */
  serverNow(): number
  /** SelfSubjectAccessReview; true means allowed. */
  canI(question: AccessQuestion, signal?: AbortSignal): Promise<boolean>
  /** SelfSubjectReview: the user name on the server; null if the response has none. @throws ApiError */
  whoAmI(signal?: AbortSignal): Promise<string | null>
  /** Warning headers seen so far, each once. */
  warnings(): string[]
  close(): Promise<void>
}
