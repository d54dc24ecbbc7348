/** One reading of a live cluster: every request of it hears Ctrl-C, and what can't be read leaves a gap. */

import type { ClusterReader, ListResult, ReadOptions, TableRow } from '../../kubernetes/api/cluster.ts'
import { KINDS, type Kind } from '../../kubernetes/api/kinds.ts'
import { listPath, objectPath } from '../../kubernetes/api/paths.ts'
import type { Shape } from '../../protobuf/shape.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import { gapOf, isNotFound } from '../gap.ts'

/** A namespace, or null for all of them at once. */
export type NamespaceOrAll = string | null

export interface Progress {
  pods: number
  suspects: number
  /** How many namespaces have been read, where they are read one by one. */
  namespaces?: number
}

export interface ReadingOptions {
  /** ISO 8601; without it nothing of the reading depends on the time. */
  takenAt?: string
  /** Goes with every request for pods. */
  labelSelector?: string
  /** Lists of all namespaces leave these out. */
  excluded?: readonly string[]
  signal?: AbortSignal
  onProgress?: (progress: Progress) => void
}

/** `limit` is the page size; 0 asks for everything in one answer. */
type ListOptions = Omit<ReadOptions, 'signal'> & { limit: number; shape?: Shape; signal?: AbortSignal }

type Model<Of> = Of extends Kind<infer Object> ? Object : never
type PodObject = Model<typeof KINDS.Pod>

export class Reading {
  readonly gaps: Gap[] = []
  /** `{ labelSelector }` or nothing. */
  readonly labels: { labelSelector?: string }
  /** ISO 8601; empty where nothing depends on it. */
  readonly takenAt: string
  readonly #cluster: ClusterReader
  readonly #excluded: readonly string[]
  readonly #abort: { signal?: AbortSignal }
  readonly #tell: () => void
  readonly #progress: Progress = { pods: 0, suspects: 0 }

  constructor(
    cluster: ClusterReader,
    { takenAt = '', labelSelector, excluded = [], signal, onProgress }: ReadingOptions = {},
  ) {
    this.#cluster = cluster
    this.#excluded = excluded
    this.takenAt = takenAt
    this.labels = labelSelector === undefined ? {} : { labelSelector }
    this.#abort = signal === undefined ? {} : { signal }
    this.#tell = () => onProgress?.({ ...this.#progress })
  }

  /** A part of this reading that keeps its gaps apart. @param labelSelector goes with its requests for pods in place of this one's */
  aside(labelSelector = this.labels.labelSelector): Reading {
    const labels = labelSelector === undefined ? {} : { labelSelector }
    const excluded = this.#excluded
    return new Reading(this.#cluster, { takenAt: this.takenAt, excluded, ...labels, ...this.#abort })
  }

  /** The context's namespace, or `default`. */
  get namespace(): string {
    return this.#cluster.namespace
  }

  /** One object; `namespace` null for a kind that has none. @throws ApiError */
  get<Object>(
    kind: Kind<Object>,
    namespace: string | null,
    name: string,
    options: Omit<ReadOptions, 'signal'> = {},
  ): Promise<Object> {
    return this.#cluster.get(objectPath(kind, namespace, name), { ...this.#abort, ...options })
  }

  /** One object, or null where it is not there or can't be read; the latter leaves a gap. */
  async find<Object>(
    kind: Kind<Object>,
    namespace: string | null,
    name: string,
    options: Omit<ReadOptions, 'signal'> = {},
  ): Promise<Object | null> {
    try {
      return await this.get(kind, namespace, name, options)
    } catch (error) {
      if (!isNotFound(error)) this.leaveGap(error, kind, namespace)
      return null
    }
  }

  /**
   * Every object of a kind. A list that expired half-way and went on from a newer state leaves a gap.
   * @returns how many there are. @throws ApiError
   */
  async list<Object>(
    kind: Kind<Object>,
    namespace: NamespaceOrAll,
    options: ListOptions,
    visit: (object: Object) => void,
  ): Promise<number> {
    const { signal } = this.#abort
    const signals = [signal, options.signal].filter(each => each !== undefined)
    const either = signals.length > 1 ? { signal: AbortSignal.any(signals) } : this.#abort
    const path = listPath(kind, namespace)
    const fields = this.#fieldsFor(kind, namespace, options.fieldSelector)
    const result = await this.#cluster.list(path, { ...options, ...fields, ...either }, visit)
    this.#noteExpiry(result, kind, namespace)
    return result.count
  }

  /** The same where a list that can't be read leaves a gap. */
  async listOrGap<Object>(
    kind: Kind<Object>,
    namespace: NamespaceOrAll,
    options: ListOptions,
    visit: (object: Object) => void,
  ): Promise<void> {
    try {
      await this.list(kind, namespace, options, visit)
    } catch (error) {
      this.leaveGap(error, kind, namespace)
    }
  }

  /** Rows of the pods that the labels select, or whole pods from a server without Tables. @returns the columns' names. @throws ApiError */
  async podTable(
    namespace: NamespaceOrAll,
    visitRow: (row: TableRow) => void,
    visitPod: (pod: PodObject) => void,
  ): Promise<string[]> {
    const path = listPath(KINDS.Pod, namespace)
    const options = { ...this.labels, ...this.#fieldsFor(KINDS.Pod, namespace), ...this.#abort, limit: 0 }
    const result = await this.#cluster.table(path, options, visitRow, visitPod)
    this.#noteExpiry(result, KINDS.Pod, namespace)
    return result.columns
  }

  /** Whatever is in a namespace can be selected by it. */
  #fieldsFor({ kind }: Kind<unknown>, namespace: NamespaceOrAll, own?: string): { fieldSelector?: string } {
    const wide = namespace === null && (kind === 'Pod' || kind === 'Event')
    const others = wide ? this.#excluded.map(name => `metadata.namespace!=${fieldValue(name)}`) : []
    const fields = [...(own === undefined ? [] : [own]), ...others]
    return fields.length === 0 ? {} : { fieldSelector: fields.join(',') }
  }

  /** Notes that objects of a kind could not be read. @throws the error itself where gapOf does */
  leaveGap(error: unknown, kind: Kind<unknown>, namespace: NamespaceOrAll): void {
    this.gaps.push(gapOf(error, kind.fullName, namespace))
  }

  countPod(): void {
    this.#progress.pods += 1
    if (this.#progress.pods % 1000 === 0) this.#tell()
  }

  countSuspect(): void {
    this.#progress.suspects += 1
    this.#tell()
  }

  countNamespace(): void {
    this.#progress.namespaces = (this.#progress.namespaces ?? 0) + 1
    this.#tell()
  }

  /** What a list says that expired half-way is not of one moment. */
  #noteExpiry({ inconsistent }: ListResult, { fullName }: Kind<unknown>, namespace: NamespaceOrAll): void {
    if (!inconsistent) return
    const detail = 'The list expired half-way and went on from a newer state.'
    this.gaps.push({ what: fullName, namespace, why: 'expired', detail })
  }
}

/** A value inside a field selector: its own commas, equal signs and backslashes are escaped. */
export function fieldValue(value: string): string {
  return value.replace(/[\\,=]/g, '\\$&')
}
