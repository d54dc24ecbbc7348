/**
 * Reads an area's failing pods in full, at a cost that follows them and not the cluster: rows of all pods, beside them in full those
 * in phase Pending or Unknown, then the rest of the suspects by node and name, for which the API server has an index.
 */

import type { TableRow } from '../../kubernetes/api/cluster.ts'
import { KINDS } from '../../kubernetes/api/kinds.ts'
import { bounded } from '../../network/bounded.ts'
import type { Pod } from '../../snapshot/pod.ts'
import { rethrowUnlessApiError } from '../gap.ts'
import { narrowPod } from '../narrow/pod.ts'
import { POD_PLACE_SHAPE, POD_SHAPE } from '../narrow/protobuf-shapes.ts'
import { list, record, text } from '../narrow/shape.ts'
import { couldFail, podKey } from '../suspects.ts'
import type { ListOptions, NamespaceOrAll, Reading } from './reading.ts'

export interface AreaPods {
  /** All pods of the area, healthy ones included. */
  count: number
  /** Those that could be failing, each once. */
  pods: Pod[]
}

/** A pod read alone costs as much as this many in one list (measured, server and client together: 1.7 ms and 0.1 ms). */
const PODS_FOR_ONE_SINGLE = 15
const PAGE = 500
/** A new connection costs as much as several requests on an open one. */
const SINGLES_AT_ONCE = 8
/** Scheduled pods in phase Pending or Unknown. A pod without a node waits for the scheduler, and there may be many. */
const NOT_RUNNING = `${['Running', 'Succeeded', 'Failed'].map(phase => `status.phase!=${phase}`)},spec.nodeName!=`

/** The other scheduled pods. If very many of them are suspects, one list costs less than one request for each. */
const BEGUN = 'status.phase!=Pending,status.phase!=Unknown'

/** Everything in one response, with only the fields that narrowPod reads. */
const WHOLE = { limit: 0, shape: POD_SHAPE }

/** @throws ApiError where the rows can't be read; what fails later is a gap. */
export function readAreaPods(reading: Reading, area: NamespaceOrAll): Promise<AreaPods> {
  return new AreaReader(reading, area).read()
}

/** Reads in full the pods that a field selector names in any area, keeping those that could be failing. @throws ApiError */
export async function readPodsWhere(
  reading: Reading,
  area: NamespaceOrAll,
  fieldSelector: string,
): Promise<Pod[]> {
  const kept = new SuspectCollector(reading)
  await reading.list(KINDS.Pod, area, { ...reading.labels, ...WHOLE, fieldSelector }, raw => kept.keep(raw))
  return kept.pods()
}

/** Which pods of the area a list gives. */
type Choice = Pick<ListOptions, 'fieldSelector' | 'only'>

/** Names rows, which have no namespace: one may stand for several pods. */
const rowKey = ({ name, node }: Pick<RowPod, 'name' | 'node'>): string => `${name} ${node}`

class AreaReader {
  readonly #reading: Reading
  readonly #area: NamespaceOrAll
  readonly #kept: SuspectCollector
  /** The rows, once they are read: nothing that is read after them is older. */
  #notOlder: Pick<ListOptions, 'resourceVersion'> = {}
  /** How many pods lists gave. */
  #listed = 0
  /** Keys of the suspects' rows that lists gave, with the number of pods. */
  readonly #seen = new Map<string, number>()
  /** Keys of the rows whose pods were asked for by name. */
  readonly #asked = new Set<string>()

  constructor(reading: Reading, area: NamespaceOrAll) {
    this.#reading = reading
    this.#area = area
    this.#kept = new SuspectCollector(reading)
  }

  async read(): Promise<AreaPods> {
    const [rows] = await Promise.all([this.#readRows(), this.#readMany({ fieldSelector: NOT_RUNNING })])
    if (rows.unclear) await this.#readPages()
    else await this.#readBegun(rows.suspects, rows.suspects, rows.count - this.#listed)
    return { count: rows.count, pods: this.#kept.pods() }
  }

  /** The rows, and then the suspects that by their rows are not in phase Pending, whose list may take longer. */
  async #readRows(): Promise<PodRows> {
    const rows = await readPodRows(this.#reading, this.#area, raw => this.#kept.keep(raw))
    if (rows.unclear) return rows
    if (rows.resourceVersion !== '') this.#notOlder = { resourceVersion: rows.resourceVersion }
    const begun = rows.suspects.filter(({ wasRestarted }) => wasRestarted)
    await this.#readBegun(begun, rows.suspects, rows.count - (rows.suspects.length - begun.length))
    return rows
  }

  /**
   * Reads the pods of these rows that were not read so far: those of all suspects in one list of the pods that have begun if that costs
   * less, and by name what is left.
   * @param listLength about how many pods the list has
   */
  async #readBegun(rows: RowPod[], suspects: RowPod[], listLength: number): Promise<void> {
    if (this.#unread(rows).length * PODS_FOR_ONE_SINGLE > listLength)
      await this.#readMany(begunAmong(suspects))
    await bounded(this.#unread(rows), SINGLES_AT_ONCE, row => this.#readOne(row))
  }

  /** The rows still to be read; rows with the same name and node are listed once because one request reads them all. */
  #unread(rows: RowPod[]): RowPod[] {
    const left = new Map(this.#seen)
    const remaining = new Map<string, RowPod>()
    for (const row of rows) {
      const key = rowKey(row)
      const count = left.get(key) ?? 0
      left.set(key, count - 1)
      if (count <= 0 && !this.#asked.has(key)) remaining.set(key, row)
    }
    return [...remaining.values()]
  }

  /** Reads the chosen pods in one list. If it fails, they are read like the other suspects: a failure costs time, not correctness. */
  async #readMany(choice: Choice): Promise<void> {
    const read: Pod[] = []
    try {
      const { count } = await this.#reading.list(KINDS.Pod, this.#area, this.#options(choice), raw => {
        const pod = this.#kept.keep(raw)
        if (pod !== null && !hasReadyRow(pod)) read.push(pod)
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

  /** A failure is recorded as a gap and does not stop the others. */
  #readOne(row: RowPod): Promise<void> {
    this.#asked.add(rowKey(row))
    const choice = { fieldSelector: `spec.nodeName=${row.node},metadata.name=${row.name}` }
    return this.#reading.listOrGap(KINDS.Pod, this.#area, this.#options(choice), raw => this.#kept.keep(raw))
  }

  #options(choice: Choice): ListOptions {
    return { ...this.#reading.labels, ...WHOLE, ...this.#notOlder, ...choice }
  }

  /** Every pod in full, page by page, if the rows can't be interpreted. */
  #readPages(): Promise<void> {
    const options = { ...this.#reading.labels, limit: PAGE, shape: POD_SHAPE }
    return this.#reading.listOrGap(KINDS.Pod, this.#area, options, raw => this.#kept.keep(raw))
  }
}

/** The suspects among the pods that have begun: of the others no more is looked at than where they are. */
function begunAmong(suspects: RowPod[]): Choice {
  const wanted = new Set(suspects.map(rowKey))
  const isWanted = ({ metadata, spec }: Record<string, unknown>) =>
    wanted.has(rowKey({ name: text(record(metadata).name), node: text(record(spec).nodeName) }))
  return { fieldSelector: BEGUN, only: { shape: POD_PLACE_SHAPE, isWanted } }
}

/** Whether its row is not a suspect's: counting it would hide a suspect with the same name and node in another namespace. */
function hasReadyRow({ containers }: Pod): boolean {
  return containers.every(({ kind, ready }) => ready || (kind !== 'container' && kind !== 'sidecar'))
}

/** Narrows pods as they come and keeps those that could be failing, each once. */
class SuspectCollector {
  private readonly kept = new Map<string, Pod>()
  private readonly reading: Reading

  constructor(reading: Reading) {
    this.reading = reading
  }

  /** The narrowed pod, whether kept or not; null if it has no name. */
  keep(raw: unknown): Pod | null {
    const pod = narrowPod(raw)
    if (pod === null || !couldFail(pod)) return pod
    const key = podKey(pod.namespace, pod.name)
    if (!this.kept.has(key)) this.reading.countSuspect()
    this.kept.set(key, pod)
    return pod
  }

  pods(): Pod[] {
    return [...this.kept.values()]
  }
}

/** A pod as a row names it: without namespace. */
interface RowPod {
  name: string
  node: string
  /** A container was restarted, so the pod has most likely left phase Pending, of which a row says nothing. */
  wasRestarted: boolean
}

interface PodRows {
  count: number
  suspects: RowPod[]
  /** Of the cluster when they were read; empty where the server does not tell. */
  resourceVersion: string
  /** A row could not be interpreted, so every pod has to be read in full. */
  unclear: boolean
}

/** The server's column positions, unchanged since Tables exist (pkg/printers/internalversion). */
const COLUMNS: Record<number, string> = { 0: 'name', 1: 'ready', 6: 'node' }
/** Only a hint, so that its name does not matter: `0` or `3 (5m ago)`, before Kubernetes 1.22 a number. */
const RESTARTS = 3
/** As many containers ready as there are. */
const READY = /^(\d+)\/\1$/
/** The node cell of a pod that is not scheduled: no kubelet has tried to pull its images. */
const NO_NODE = '<none>'
/** Valid names of pods and nodes; anything else must not get into a field selector. */
const NAME = /^[a-z0-9][a-z0-9.-]*$/

/** Reads the rows; whole pods from a server without Tables go to `visitPod`. @throws ApiError */
async function readPodRows(
  reading: Reading,
  area: NamespaceOrAll,
  visitPod: (pod: unknown) => void,
): Promise<PodRows> {
  const rows: PodRows = { count: 0, suspects: [], resourceVersion: '', unclear: false }
  const { columns, resourceVersion } = await reading.podTable(
    area,
    row => {
      rows.count += 1
      reading.countPod()
      addSuspect(rows, row)
    },
    pod => {
      rows.count += 1
      reading.countPod()
      visitPod(pod)
    },
  )
  const known = Object.entries(COLUMNS).every(([at, name]) => columns[Number(at)]?.toLowerCase() === name)
  return { ...rows, resourceVersion, unclear: rows.unclear || (columns.length > 0 && !known) }
}

/** Healthy rows return first, so that they cost no memory and little time. */
function addSuspect(rows: PodRows, row: TableRow): void {
  const { cells } = row
  if (READY.test(text(cells[1])) || cells[6] === NO_NODE || hasFinished(row)) return
  const name = text(cells[0])
  const node = text(cells[6])
  if (NAME.test(name) && NAME.test(node))
    rows.suspects.push({ name, node, wasRestarted: /^[1-9]/.test(String(cells[RESTARTS])) })
  else rows.unclear = true
}

/**
 * Not by `Completed` in the Status cell: the cell is one container's, and a pod whose first container is done and whose second
 * can't be pulled shows Completed too.
 */
function hasFinished({ conditions }: TableRow): boolean {
  return list(conditions)
    .map(record)
    .some(({ type, reason }) => type === 'Completed' && (reason === 'Succeeded' || reason === 'Failed'))
}
