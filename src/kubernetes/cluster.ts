/** What the rest of the house may ask of an API server. The client's own types and its HTTP stop behind this door. */

/** An object as the server sent it: unknown fields stay in it, nothing is assumed about it. */
export type KubernetesObject = Record<string, unknown>

export interface ReadOptions {
  labelSelector?: string
  fieldSelector?: string
  /** Ask for metadata only (PartialObjectMetadata): kind, name, ownerReferences… of large objects. */
  metadataOnly?: boolean
  signal?: AbortSignal
}

export interface ListOptions extends ReadOptions {
  /** Page size; 0 asks for everything in one answer. */
  limit?: number
}

/** How a list ended. A list that ends early for any other reason throws; it is never short in silence. */
export interface ListResult {
  /** Items handed to the visitor. */
  count: number
  resourceVersion: string
  /** A continue token expired (410) half-way: the rest came from a newer state, so the list is not of one moment. */
  inconsistent: boolean
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

export interface WriteOptions {
  /** Validate and admit on the server, store nothing. */
  dryRun?: boolean
  signal?: AbortSignal
}

export interface JsonPatchOperation {
  op: 'add' | 'remove' | 'replace' | 'test'
  path: string
  value?: unknown
}

/** Reading: GET only. Paths are API paths such as `/api/v1/namespaces/web/pods`. */
export interface ClusterReader {
  /** The kubeconfig context in use; null in a pod or with a bare --server. */
  readonly context: string | null
  readonly server: string
  /** The context's namespace, or `default`. */
  readonly namespace: string
  /** One object. Throws ApiError. */
  get(path: string, options?: ReadOptions): Promise<KubernetesObject>
  /** Every item of a list, one at a time as it arrives; items carry no apiVersion and kind unless the server sends them. Throws ApiError. */
  list(path: string, options: ListOptions, visit: (item: KubernetesObject) => void): Promise<ListResult>
  /** Table rows without objects. If the server answers with a plain list, `visitItem` gets its items instead. Throws ApiError. */
  table(
    path: string,
    options: ListOptions,
    visitRow: (row: TableRow) => void,
    visitItem: (item: KubernetesObject) => void,
  ): Promise<TableResult>
  /** SelfSubjectAccessReview; true means allowed. */
  mayI(question: AccessQuestion, signal?: AbortSignal): Promise<boolean>
  /** Warning headers seen so far, each once. */
  warnings(): string[]
  close(): Promise<void>
}

/** Writing: only `apply` may hold one of these. Each call sets fieldManager=pullguard and fieldValidation=Strict. */
export interface ClusterWriter extends ClusterReader {
  create(path: string, object: KubernetesObject, options?: WriteOptions): Promise<KubernetesObject>
  jsonPatch(path: string, operations: JsonPatchOperation[], options?: WriteOptions): Promise<KubernetesObject>
  /** DELETE of exactly this object (uid), and of this version where one is given. */
  delete(path: string, uid: string, options?: WriteOptions & { resourceVersion?: string }): Promise<void>
  /** policy/v1 Eviction of one pod, and of this version where one is given. Throws ApiError 429 where a PodDisruptionBudget says no. */
  evict(
    namespace: string,
    pod: string,
    uid: string,
    options?: WriteOptions & { resourceVersion?: string },
  ): Promise<void>
}
