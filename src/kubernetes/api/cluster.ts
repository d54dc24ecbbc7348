/** What the other rooms may ask of an API server. */

import type { Shape } from '../../protobuf/shape.ts'
import type { ApiPath } from './paths.ts'

/** An object as the server sent it, where its path does not say what it is: unknown fields stay in it, nothing is assumed about it. */
export type KubernetesObject = Record<string, unknown>

export interface ReadOptions {
  labelSelector?: string
  fieldSelector?: string
  /** ApiRequest for metadata only (PartialObjectMetadata): kind, name, ownerReferences… of large objects. */
  metadataOnly?: boolean
  signal?: AbortSignal
}

export interface ListOptions extends ReadOptions {
  /** Page size; 0 asks for everything in one answer. */
  limit?: number
  /** Only these fields are looked at: the answer is asked for in protobuf, which costs everybody a third. JSON is taken too, and then whole. */
  shape?: Shape
}

/** How a list ended. A list that ends early for any other reason throws; it is never short in silence. */
export interface ListResult {
  /** Items handed to the visitor. */
  count: number
  resourceVersion: string
  /** A continue token expired (410) half-way: the rest came from a newer state, so the list is not of one moment. */
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
  /** As the server sent them; a pod that has ended has one of type `Completed`, whose reason is the pod's last phase. */
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

/** Reading: GET only. Paths come from paths.ts and say by their type what the server gives for them. */
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
  /** SelfSubjectReview: the name by which the server knows this user; null where it does not tell. @throws ApiError */
  whoAmI(signal?: AbortSignal): Promise<string | null>
  /** Warning headers seen so far, each once. */
  warnings(): string[]
  close(): Promise<void>
}
