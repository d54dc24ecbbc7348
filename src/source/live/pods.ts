/**
 * Reads an area's failing pods in full, at a cost that follows them and not the cluster: rows of all pods, beside them in full those
 * in phase Pending or Unknown, then the rest of the suspects by node and name, for which the API server has an index.
 */

import { KINDS } from '../../kubernetes/api/kinds.ts'
import { bounded } from '../../network/bounded.ts'
import type { Pod } from '../../snapshot/pod.ts'
import { rethrowUnlessApiError } from '../gap.ts'
import { narrowPod } from '../narrow/pod.ts'
import { couldFail, podKey } from '../suspects.ts'
import { type RowPod, readPodRows } from './pod-rows.ts'
import type { NamespaceOrAll, Reading } from './reading.ts'

export interface AreaPods {
  /** All pods of the area, healthy ones included. */
  count: number
  /** Those that could be failing, each once. */
  pods: Pod[]
}

/** A pod read alone costs the server about as much as this many in a page of whole pods (measured: 1 ms and 0.2 ms). */
const PODS_FOR_ONE_SINGLE = 5
const PAGE = 500
/** A new connection costs as much as some requests on one that is there. */
const SINGLES_AT_ONCE = 8
/** Pods on some node that have neither begun nor ended; one without a node waits for the scheduler, however many there are. */
const NOT_RUNNING = `${['Running', 'Succeeded', 'Failed'].map(phase => `status.phase!=${phase}`)},spec.nodeName!=`

/** @throws ApiError where the rows can't be read; what fails later is a gap. */
export async function readAreaPods(reading: Reading, area: NamespaceOrAll): Promise<AreaPods> {
  const kept = new SuspectCollector(reading)
  const [rows, seen] = await Promise.all([
    readPodRows(reading, area, raw => kept.keep(raw)),
    readNotRunning(reading, area, kept),
  ])
  const remaining = unseen(rows.suspects, seen)
  if (rows.unclear || remaining.length * PODS_FOR_ONE_SINGLE > rows.count) {
    await readPages(reading, area, kept)
  } else {
    await bounded(remaining, SINGLES_AT_ONCE, row => readOne(reading, area, row, kept))
  }
  return { count: rows.count, pods: kept.pods() }
}

/** Reads in full the pods that a field selector names in any area, keeping those that could be failing. @throws ApiError */
export async function readPodsWhere(
  reading: Reading,
  area: NamespaceOrAll,
  fieldSelector: string,
): Promise<Pod[]> {
  const kept = new SuspectCollector(reading)
  await reading.list(KINDS.Pod, area, { ...reading.labels, limit: 0, fieldSelector }, raw => kept.keep(raw))
  return kept.pods()
}

/** The names of the rows that were read in full: a row says no namespace, so each name counts once for each pod of it. */
type SeenRows = Map<string, number>

const rowKey = (row: RowPod): string => `${row.name} ${row.node}`

/** Where this list fails, its pods are read like the other suspects; so the failure costs time, not truth. */
async function readNotRunning(
  reading: Reading,
  area: NamespaceOrAll,
  kept: SuspectCollector,
): Promise<SeenRows> {
  const seen: SeenRows = new Map()
  try {
    await reading.list(KINDS.Pod, area, { ...reading.labels, limit: 0, fieldSelector: NOT_RUNNING }, raw => {
      const pod = kept.keep(raw)
      if (pod === null || hasReadyRow(pod)) return
      const key = rowKey({ name: pod.name, node: pod.node ?? '' })
      seen.set(key, (seen.get(key) ?? 0) + 1)
    })
  } catch (error) {
    // The rows show all these pods too, so there is no gap.
    rethrowUnlessApiError(error)
  }
  return seen
}

/** Its row is none of a suspect: to count it would hide a suspect of the same name and node in another namespace. */
function hasReadyRow({ containers }: Pod): boolean {
  return containers.every(({ kind, ready }) => ready || (kind !== 'container' && kind !== 'sidecar'))
}

/** The rows that are still to be read, those of one name and node once: they are asked for together. */
function unseen(rows: RowPod[], seen: SeenRows): RowPod[] {
  const remaining = new Map<string, RowPod>()
  for (const row of rows) {
    const key = rowKey(row)
    const left = seen.get(key) ?? 0
    seen.set(key, left - 1)
    if (left <= 0) remaining.set(key, row)
  }
  return [...remaining.values()]
}

/** One that can't be read is a gap and does not keep the others from being read. */
function readOne(
  reading: Reading,
  area: NamespaceOrAll,
  { name, node }: RowPod,
  kept: SuspectCollector,
): Promise<void> {
  const options = {
    ...reading.labels,
    limit: 0,
    fieldSelector: `spec.nodeName=${node},metadata.name=${name}`,
  }
  return reading.listOrGap(KINDS.Pod, area, options, raw => kept.keep(raw))
}

/** Every pod in full, page by page: the cheaper way where there are very many suspects, the only one where rows say too little. */
function readPages(reading: Reading, area: NamespaceOrAll, kept: SuspectCollector): Promise<void> {
  return reading.listOrGap(KINDS.Pod, area, { ...reading.labels, limit: PAGE }, raw => kept.keep(raw))
}

/** Narrows pods as they come and keeps those that could be failing, each once. */
class SuspectCollector {
  private readonly kept = new Map<string, Pod>()
  private readonly reading: Reading

  constructor(reading: Reading) {
    this.reading = reading
  }

  /** The pod, whether kept or not; null if it is none. */
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
