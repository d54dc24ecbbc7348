/**
 * Reads the failing pods of a namespace, or of all, in full and with their events, at a cost that grows with those pods, not with the
 * cluster. Reads the rows of all pods and in parallel, in full, the pods in phase Pending or Unknown; then the
 * other suspects by node and name, for which the API server has an index.
 */

import { rethrowUnlessApiError } from '../../kubernetes/api/api-error.ts'
import type { ListOptions } from '../../kubernetes/api/cluster.ts'
import { KINDS } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import { keyOf, objectKey } from '../../snapshot/object-key.ts'
import { areContainersReady, type Pod } from '../../snapshot/pod.ts'
import type { PodEvent } from '../../snapshot/snapshot.ts'
import { narrowPod } from '../narrow/pod.ts'
import { POD_PLACE_SHAPE, POD_SHAPE } from '../narrow/protobuf-shapes.ts'
import { couldFail } from '../suspects.ts'
import {
  fieldsOf,
  type PodRows,
  readPodRows,
  rowKey,
  rowKeyOf,
  type SuspectRow,
  unreadRows,
} from './pod-rows.ts'
import { readEvents, readEventsOf, readProgress } from './pull-events.ts'
import { fieldValue, type NamespaceOrAll, type Reading } from './reading.ts'

export interface ScopePods {
  /** The number of pods in the scope, including healthy ones. */
  count: number
  /** Pods that could be failing, each once. */
  pods: Pod[]
  events: PodEvent[]
}

/** Returns the failing pods of a namespace, or of all, with their events. @throws ApiError */
export async function readPodsIn(reading: Reading, scope: NamespaceOrAll): Promise<ScopePods> {
  // If pods can't be read either, the gap of the events would only repeat theirs.
  const eventReading = reading.withOwnGaps()
  const [found, scopeEvents] = await Promise.all([
    new ScopeReader(reading, scope).read(),
    readEvents(eventReading, scope),
  ])
  reading.gaps.push(...eventReading.gaps)
  const forbiddenEverywhere = scope === null && eventReading.gaps.some(({ why }) => why === 'forbidden')
  const events = forbiddenEverywhere
    ? await readEventsOf(reading, [...new Set(found.pods.map(({ namespace }) => namespace))])
    : scopeEvents
  const pods = [...found.pods, ...(await readEphemeral(reading, scope, found.pods, events))]
  const names = new Set(pods.map(keyOf))
  const own = events.filter(event => names.has(objectKey(event.namespace, event.pod)))
  return { count: found.count, pods, events: [...own, ...(await readProgress(reading, pods, own))] }
}

/** Returns pods whose rows look ready although an ephemeral container's image can't be pulled: only events show those. */
async function readEphemeral(
  reading: Reading,
  scope: NamespaceOrAll,
  pods: Pod[],
  events: PodEvent[],
): Promise<Pod[]> {
  const read = new Set(pods.map(keyOf))
  const hidden = events.filter(
    event =>
      event.fieldPath.startsWith('spec.ephemeralContainers{') &&
      !read.has(objectKey(event.namespace, event.pod)),
  )
  const byPod = new Map(hidden.map(event => [objectKey(event.namespace, event.pod), event]))
  try {
    const found = await bounded([...byPod.values()], AT_ONCE, ({ namespace, pod }) =>
      readPodsWhere(reading, namespace, `metadata.name=${fieldValue(pod)}`),
    )
    return found.flat()
  } catch (error) {
    reading.recordGap(error, KINDS.Pod, scope)
    return []
  }
}

/** Reads in full the pods in any scope that a field selector matches, and keeps those that could be failing. @throws ApiError */
async function readPodsWhere(reading: Reading, scope: NamespaceOrAll, fieldSelector: string): Promise<Pod[]> {
  const kept = new SuspectCollector(reading)
  await reading.list(KINDS.Pod, scope, { ...reading.labels, ...IN_ONE_RESPONSE, fieldSelector }, raw =>
    kept.keep(raw),
  )
  return kept.pods()
}

/** A single read of a pod costs as much as this many pods in one list (measured, server and client together: 1.7 ms and 0.1 ms). */
const PODS_FOR_ONE_SINGLE = 15

/** Limited because a new connection costs as much as several requests on an open one. */
const SINGLES_AT_ONCE = 8

/** Selects scheduled pods in phase Pending or Unknown. A pod without a node waits for the scheduler, and there can be many of those. */
const NOT_RUNNING = `${['Running', 'Succeeded', 'Failed'].map(phase => `status.phase!=${phase}`)},spec.nodeName!=`

/** Selects the other scheduled pods. If very many of them are suspects, one list costs less than one request for each. */
const BEGUN = 'status.phase!=Pending,status.phase!=Unknown'

/** Reads everything in one response, with only the fields that narrowPod reads. */
const IN_ONE_RESPONSE = { limit: 0, shape: POD_SHAPE }

/** Selects the pods of the scope that a list returns. */
type Choice = Pick<ListOptions, 'fieldSelector' | 'only'>

class ScopeReader {
  readonly #reading: Reading
  readonly #scope: NamespaceOrAll
  readonly #kept: SuspectCollector
  /** The position of the rows once they are read: nothing read later must be older. */
  #notOlder: Pick<ListOptions, 'resourceVersion'> = {}
  /** How many pods the lists returned. */
  #listed = 0
  /** Keys of suspects' rows whose pods were in a list, with the number of those pods. */
  readonly #seen = new Map<string, number>()
  /** Keys of rows whose pods were requested by name. */
  readonly #asked = new Set<string>()

  constructor(reading: Reading, scope: NamespaceOrAll) {
    this.#reading = reading
    this.#scope = scope
    this.#kept = new SuspectCollector(reading)
  }

  /** @throws ApiError if the rows can't be read; later failures are gaps */
  async read(): Promise<Omit<ScopePods, 'events'>> {
    const [rows] = await Promise.all([this.#readRows(), this.#readMany({ fieldSelector: NOT_RUNNING })])
    if (rows.unclear) await this.#readPages()
    else await this.#readBegun(rows.suspects, rows.suspects, rows.count - this.#listed)
    return { count: rows.count, pods: this.#kept.pods() }
  }

  /** Reads the rows, and then the suspects whose rows suggest that they left phase Pending: the list of pending pods can take longer. */
  async #readRows(): Promise<PodRows> {
    const rows = await readPodRows(this.#reading, this.#scope, raw => this.#kept.keep(raw))
    if (rows.unclear) return rows
    if (rows.resourceVersion !== '') this.#notOlder = { resourceVersion: rows.resourceVersion }
    const begun = rows.suspects.filter(({ wasRestarted }) => wasRestarted)
    await this.#readBegun(begun, rows.suspects, rows.count - (rows.suspects.length - begun.length))
    return rows
  }

  /**
   * Reads the pods of these rows that were not read yet: if that costs less, the pods of all suspects in one list of the pods that have
   * begun; the rest by name.
   * @param listLength approximately how many pods the list has
   */
  async #readBegun(rows: SuspectRow[], suspects: SuspectRow[], listLength: number): Promise<void> {
    if (this.#unread(rows).length * PODS_FOR_ONE_SINGLE > listLength)
      await this.#readMany(begunAmong(suspects))
    await bounded(this.#unread(rows), SINGLES_AT_ONCE, row => this.#readOne(row))
  }

  /** Returns the rows still to be read. */
  #unread(rows: SuspectRow[]): SuspectRow[] {
    return unreadRows(rows, this.#seen).filter(row => !this.#asked.has(rowKey(row)))
  }

  /** Reads the chosen pods in one list. If it fails, they are read like the other suspects: a failure costs time, not correctness. */
  async #readMany(choice: Choice): Promise<void> {
    const read: Pod[] = []
    try {
      const { count } = await this.#reading.list(KINDS.Pod, this.#scope, this.#options(choice), raw => {
        const pod = this.#kept.keep(raw)
        // A ready pod's row is not a suspect's: counting it would hide a suspect with the same name and node in another namespace.
        if (pod !== null && !areContainersReady(pod)) read.push(pod)
      })
      this.#listed += count
    } catch (error) {
      // The rows contain these pods too, so this is not a gap.
      rethrowUnlessApiError(error)
      return
    }
    for (const { name, node } of read) {
      const key = rowKey({ name, node: node ?? '' })
      this.#seen.set(key, (this.#seen.get(key) ?? 0) + 1)
    }
  }

  /** Reads the pods of one row. A failure is recorded as a gap and does not stop the others. */
  #readOne(row: SuspectRow): Promise<void> {
    this.#asked.add(rowKey(row))
    const choice = { fieldSelector: fieldsOf(row) }
    return this.#reading.listOrGap(KINDS.Pod, this.#scope, this.#options(choice), raw => this.#kept.keep(raw))
  }

  #options(choice: Choice): ListOptions {
    return { ...this.#reading.labels, ...IN_ONE_RESPONSE, ...this.#notOlder, ...choice }
  }

  /** Reads every pod in full, page by page, if the rows can't be interpreted. */
  #readPages(): Promise<void> {
    const options = { ...this.#reading.labels, shape: POD_SHAPE }
    return this.#reading.listOrGap(KINDS.Pod, this.#scope, options, raw => this.#kept.keep(raw))
  }
}

/** Selects the suspects among the pods that have begun; of the others, only name and node are decoded. */
function begunAmong(suspects: SuspectRow[]): Choice {
  const wanted = new Set(suspects.map(rowKey))
  const isWanted = (raw: unknown) => wanted.has(rowKeyOf(raw))
  return { fieldSelector: BEGUN, only: { shape: POD_PLACE_SHAPE, isWanted } }
}

/** Narrows pods as they come and keeps those that could be failing, each once. */
class SuspectCollector {
  readonly #kept = new Map<string, Pod>()
  readonly #reading: Reading

  constructor(reading: Reading) {
    this.#reading = reading
  }

  /** Returns the narrowed pod, whether kept or not; null if it has no name. */
  keep(raw: unknown): Pod | null {
    const pod = narrowPod(raw)
    if (pod === null || !couldFail(pod)) return pod
    const key = keyOf(pod)
    if (!this.#kept.has(key)) this.#reading.countSuspect()
    this.#kept.set(key, pod)
    return pod
  }

  pods(): Pod[] {
    return [...this.#kept.values()]
  }
}
