/** Reads a live cluster for one command: every request is aborted by Ctrl-C, and what can't be read is recorded as a gap. */

import {
  type ApiError,
  isForbidden,
  isNotFound,
  rethrowUnlessApiError,
} from '../../kubernetes/api/api-error.ts'
import type {
  ClusterReader,
  ListOptions,
  ListResult,
  ReadOptions,
  TableResult,
  TableRow,
  WatchEnd,
  WatchedChange,
  WatchOptions,
} from '../../kubernetes/api/cluster.ts'
import { KINDS, type Kind, type ModelOf } from '../../kubernetes/api/kinds.ts'
import { listPath, objectPath } from '../../kubernetes/api/paths.ts'
import { redact } from '../../secrecy/redact.ts'
import type { Gap, GapReason, SnapshotSource } from '../../snapshot/snapshot.ts'

/** A namespace, or null for all of them at once. */
export type NamespaceOrAll = string | null

export interface ReadCounts {
  pods: number
  suspects: number
  /** How many namespaces have been read, if they are read one by one. */
  namespaces?: number
}

export interface ReadingOptions {
  /** ISO 8601; omit if nothing depends on the time. */
  takenAt?: string
  /** Sent with every request for pods. */
  labelSelector?: string
  /** Namespaces that lists of all namespaces exclude. */
  excluded?: readonly string[]
  signal?: AbortSignal
  onProgress?: (progress: ReadCounts) => void
}

type PodObject = ModelOf<typeof KINDS.Pod>

export class Reading {
  readonly gaps: Gap[] = []
  /** `{ labelSelector }` or nothing. */
  readonly labels: { labelSelector?: string }
  /** ISO 8601; empty if nothing depends on it. */
  readonly takenAt: string
  readonly #cluster: ClusterReader
  readonly #excluded: readonly string[]
  readonly #abort: { signal?: AbortSignal }
  readonly #reportProgress: () => void
  readonly #progress: ReadCounts = { pods: 0, suspects: 0 }

  constructor(
    cluster: ClusterReader,
    { takenAt = '', labelSelector, excluded = [], signal, onProgress }: ReadingOptions = {},
  ) {
    this.#cluster = cluster
    this.#excluded = excluded
    this.takenAt = takenAt
    this.labels = labelSelector === undefined ? {} : { labelSelector }
    this.#abort = signal === undefined ? {} : { signal }
    this.#reportProgress = () => onProgress?.({ ...this.#progress })
  }

  /** Returns a reading of the same cluster with its own list of gaps. @param labelSelector replaces this one's selector for pods */
  withOwnGaps(labelSelector = this.labels.labelSelector): Reading {
    const same = { takenAt: this.takenAt, excluded: this.#excluded, ...this.#abort }
    return new Reading(this.#cluster, { ...same, ...(labelSelector && { labelSelector }) })
  }

  /** The context's namespace, or `default`. */
  get namespace(): string {
    return this.#cluster.namespace
  }

  /** The cluster, as a snapshot names it. */
  get source(): SnapshotSource {
    const { context, server } = this.#cluster
    return { type: 'cluster', context, server: redact(server) }
  }

  /**
   * Identifies the cluster, so that a plan or journal is never applied to another one: the uid of kube-system, which lasts as long as the
   * cluster; if it can't be read, the server's address. @throws ApiError
   */
  async clusterIdentity(): Promise<string> {
    try {
      return (await this.get(KINDS.Namespace, null, 'kube-system')).metadata.uid
    } catch (error) {
      if (!isForbidden(error) && !isNotFound(error)) throw error
      return this.#cluster.server
    }
  }

  /** Returns one object; `namespace` is null for a cluster-scoped kind. @throws ApiError */
  get<Object>(
    kind: Kind<Object>,
    namespace: string | null,
    name: string,
    options: Omit<ReadOptions, 'signal'> = {},
  ): Promise<Object> {
    return this.#cluster.get(objectPath(kind, namespace, name), { ...this.#abort, ...options })
  }

  /** Returns one object, or null if it does not exist or can't be read; the latter leaves a gap. */
  async find<Object>(
    kind: Kind<Object>,
    namespace: string | null,
    name: string,
    options: Omit<ReadOptions, 'signal'> = {},
  ): Promise<Object | null> {
    try {
      return await this.get(kind, namespace, name, options)
    } catch (error) {
      if (!isNotFound(error)) this.recordGap(error, kind, namespace)
      return null
    }
  }

  /**
   * Visits every object of a kind. A list that expired midway and continued from a newer state leaves a gap.
   * @returns how many objects there are, and where a watch can continue
   * @throws ApiError
   */
  async list<Object>(
    kind: Kind<Object>,
    namespace: NamespaceOrAll,
    options: ListOptions,
    visit: (object: Object) => void,
  ): Promise<ListResult> {
    const fields = fieldsOutside(this.#excluded, { kind, namespace }, options.fieldSelector)
    const asked = { ...options, ...fields, ...this.#eitherSignal(options) }
    const result = await this.#cluster.list(listPath(kind, namespace), asked, visit)
    this.#noteExpiry(result, kind, namespace)
    return result
  }

  /** Returns what `narrow` makes of every object of a kind, without null. @throws ApiError */
  async listed<Object, Narrow>(
    kind: Kind<Object>,
    namespace: NamespaceOrAll,
    options: ListOptions,
    narrow: (object: Object) => Narrow | null,
  ): Promise<Narrow[]> {
    const found: Narrow[] = []
    await this.list(kind, namespace, options, object => {
      const narrowed = narrow(object)
      if (narrowed !== null) found.push(narrowed)
    })
    return found
  }

  /** Returns the names of a kind's objects. @throws ApiError */
  names(kind: Kind<{ metadata: { name: string } }>, namespace: NamespaceOrAll): Promise<string[]> {
    return this.listed(kind, namespace, { metadataOnly: true }, ({ metadata }) => metadata.name)
  }

  /** Visits the changes of a list, until the watch ends. @throws ApiError if it can't be started */
  watch<Object>(
    kind: Kind<Object>,
    namespace: NamespaceOrAll,
    options: WatchOptions,
    visit: (change: WatchedChange<Object>) => void,
  ): Promise<WatchEnd> {
    return this.#cluster.watch(
      listPath(kind, namespace),
      { ...options, ...this.#eitherSignal(options) },
      visit,
    )
  }

  /** Combines the signal for Ctrl-C with the caller's. */
  #eitherSignal({ signal: own }: { signal?: AbortSignal }): { signal?: AbortSignal } {
    const { signal } = this.#abort
    const signals = [signal, own].filter(each => each !== undefined)
    return signals.length > 1
      ? { signal: AbortSignal.any(signals) }
      : { ...this.#abort, ...(own && { signal: own }) }
  }

  /** Like `list`, but a list that can't be read leaves a gap. */
  async listOrGap<Object>(
    kind: Kind<Object>,
    namespace: NamespaceOrAll,
    options: ListOptions,
    visit: (object: Object) => void,
  ): Promise<void> {
    try {
      await this.list(kind, namespace, options, visit)
    } catch (error) {
      this.recordGap(error, kind, namespace)
    }
  }

  /** Visits table rows of the selected pods, or whole pods from a server without Tables. @throws ApiError */
  async podTable(
    namespace: NamespaceOrAll,
    visitRow: (row: TableRow) => void,
    visitPod: (pod: PodObject) => void,
  ): Promise<TableResult> {
    const options = {
      ...this.labels,
      ...fieldsOutside(this.#excluded, { kind: KINDS.Pod, namespace }),
      ...this.#abort,
      limit: 0,
    }
    const result = await this.#cluster.table(listPath(KINDS.Pod, namespace), options, visitRow, visitPod)
    this.#noteExpiry(result, KINDS.Pod, namespace)
    return result
  }

  /** Records that objects of a kind could not be read. @throws any error that is not an ApiError */
  recordGap(error: unknown, kind: Kind<unknown>, namespace: NamespaceOrAll): void {
    this.gaps.push(gapOf(error, kind.fullName, namespace))
  }

  countPod(): void {
    this.#progress.pods += 1
    if (this.#progress.pods % 1000 === 0) this.#reportProgress()
  }

  countSuspect(): void {
    this.#progress.suspects += 1
    this.#reportProgress()
  }

  countNamespace(): void {
    this.#progress.namespaces = (this.#progress.namespaces ?? 0) + 1
    this.#reportProgress()
  }

  /** A list that expired midway mixes two states. */
  #noteExpiry({ inconsistent }: ListResult, { fullName }: Kind<unknown>, namespace: NamespaceOrAll): void {
    if (!inconsistent) return
    const detail = 'the rest of it is newer'
    this.gaps.push({ what: fullName, namespace, why: 'expired', detail })
  }
}

/** Returns a value for a field selector, with commas, equal signs, and backslashes escaped. */
export function fieldValue(value: string): string {
  return value.replace(/[\\,=]/g, '\\$&')
}

/** Returns a list's selector combined with exclusions for these namespaces. Pods and events can be selected by their namespace. */
function fieldsOutside(
  excluded: readonly string[],
  { kind, namespace }: { kind: Kind<unknown>; namespace: string | null },
  own?: string,
): { fieldSelector?: string } {
  const wide = namespace === null && (kind.kind === 'Pod' || kind.kind === 'Event')
  const others = wide ? excluded.map(name => `metadata.namespace!=${fieldValue(name)}`) : []
  const fields = [...(own === undefined ? [] : [own]), ...others]
  return fields.length === 0 ? {} : { fieldSelector: fields.join(',') }
}

/**
 * Returns the gap that a failed request leaves.
 * @param what plural, as kubectl prints it
 * @param namespace null means cluster-wide
 * @throws the error itself if it is not a response of the API server
 */
export function gapOf(error: unknown, what: string, namespace: string | null): Gap {
  rethrowUnlessApiError(error)
  return { what, namespace, why: reasonOf(error), detail: redact(error.message) }
}

function reasonOf({ status, reason }: ApiError): GapReason {
  if (status === 403) return 'forbidden'
  if (status === 410) return 'expired'
  if (status === 408 || status === 504 || /time(d)?_?-?out/i.test(reason)) return 'timeout'
  return /truncat/i.test(reason) ? 'truncated' : 'failed'
}
