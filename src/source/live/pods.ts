/**
 * Reads an area's failing pods in full, at a cost that follows them and not the cluster: rows of all pods, beside them in full those
 * in phase Pending or Unknown, then the rest of the suspects by node and name, for which the API server has an index.
 */

import { KINDS } from '../../kubernetes/api/kinds.ts'
import { bounded } from '../../network/bounded.ts'
import type { Pod } from '../../snapshot/pod.ts'
import { rethrowUnlessApiError } from '../gap.ts'
import { narrowPod } from '../narrow/pod.ts'
import { POD_PLACE_SHAPE, POD_SHAPE } from '../narrow/protobuf-shapes.ts'
import { record, text } from '../narrow/shape.ts'
import { couldFail, podKey } from '../suspects.ts'
import { type PodRows, type RowPod, readPodRows } from './pod-rows.ts'
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
export async function readAreaPods(reading: Reading, area: NamespaceOrAll): Promise<AreaPods> {
  const kept = new SuspectCollector(reading)
  const seen: Seen = { count: 0, rows: new Map() }
  let begun: Promise<void> | undefined
  const readBegun = (rows: RowPod[]) => (begun ??= readMany(reading, area, begunAmong(rows), kept, seen))
  const [rows] = await Promise.all([
    readPodRows(reading, area, raw => kept.keep(raw)).then(async found => {
      if (!found.unclear && manyHaveBegun(found)) await readBegun(found.suspects)
      return found
    }),
    readMany(reading, area, { fieldSelector: NOT_RUNNING }, kept, seen),
  ])
  if (rows.unclear) await readPages(reading, area, kept)
  else {
    const left = unseen(rows, seen)
    if (left.length * PODS_FOR_ONE_SINGLE > rows.count - seen.count) await readBegun(left)
    await bounded(unseen(rows, seen), SINGLES_AT_ONCE, row => readOne(reading, area, row, kept))
  }
  return { count: rows.count, pods: kept.pods() }
}

/** Whether so many suspects have left phase Pending, by their rows, that their list need not wait until the pending ones were read. */
function manyHaveBegun({ count, suspects }: PodRows): boolean {
  const begun = suspects.filter(({ wasRestarted }) => wasRestarted).length
  return begun * PODS_FOR_ONE_SINGLE > count - (suspects.length - begun)
}

/** The suspects among the pods that have begun: of the others no more is looked at than where they are. */
function begunAmong(rows: RowPod[]): Pick<ListOptions, 'fieldSelector' | 'only'> {
  const wanted = new Set(rows.map(rowKey))
  const isWanted = ({ metadata, spec }: Record<string, unknown>) =>
    wanted.has(rowKey({ name: text(record(metadata).name), node: text(record(spec).nodeName) }))
  return { fieldSelector: BEGUN, only: { shape: POD_PLACE_SHAPE, isWanted } }
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

interface Seen {
  /** How many were read in full. */
  count: number
  rows: SeenRows
}

/** Names of their rows with the number of pods each stands for: a row has no namespace. */
type SeenRows = Map<string, number>

const rowKey = ({ name, node }: Pick<RowPod, 'name' | 'node'>): string => `${name} ${node}`

/** Reads the pods that a selector matches in one list. If it fails, they are read like the other suspects: a failure costs time, not correctness. */
async function readMany(
  reading: Reading,
  area: NamespaceOrAll,
  which: Pick<ListOptions, 'fieldSelector' | 'only'>,
  kept: SuspectCollector,
  seen: Seen,
): Promise<void> {
  const read: Pod[] = []
  try {
    const { count } = await reading.list(KINDS.Pod, area, { ...reading.labels, ...WHOLE, ...which }, raw => {
      const pod = kept.keep(raw)
      if (pod !== null && !hasReadyRow(pod)) read.push(pod)
    })
    seen.count += count
  } catch (error) {
    // The rows contain these pods too, so this is not a gap.
    rethrowUnlessApiError(error)
    return
  }
  for (const { name, node } of read) {
    const key = rowKey({ name, node: node ?? '' })
    seen.rows.set(key, (seen.rows.get(key) ?? 0) + 1)
  }
}

/** Whether its row is not a suspect's: counting it would hide a suspect with the same name and node in another namespace. */
function hasReadyRow({ containers }: Pod): boolean {
  return containers.every(({ kind, ready }) => ready || (kind !== 'container' && kind !== 'sidecar'))
}

/** The rows still to be read; rows with the same name and node are listed once because one request reads them all. */
function unseen({ suspects }: PodRows, seen: Seen): RowPod[] {
  const left = new Map(seen.rows)
  const remaining = new Map<string, RowPod>()
  for (const row of suspects) {
    const key = rowKey(row)
    const count = left.get(key) ?? 0
    left.set(key, count - 1)
    if (count <= 0) remaining.set(key, row)
  }
  return [...remaining.values()]
}

/** A failure is recorded as a gap and does not stop the others. */
function readOne(
  reading: Reading,
  area: NamespaceOrAll,
  { name, node }: RowPod,
  kept: SuspectCollector,
): Promise<void> {
  const options = {
    ...reading.labels,
    ...WHOLE,
    fieldSelector: `spec.nodeName=${node},metadata.name=${name}`,
  }
  return reading.listOrGap(KINDS.Pod, area, options, raw => kept.keep(raw))
}

/** Every pod in full, page by page, if the rows can't be interpreted. */
function readPages(reading: Reading, area: NamespaceOrAll, kept: SuspectCollector): Promise<void> {
  return reading.listOrGap(KINDS.Pod, area, { ...reading.labels, limit: PAGE, shape: POD_SHAPE }, raw =>
    kept.keep(raw),
  )
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
