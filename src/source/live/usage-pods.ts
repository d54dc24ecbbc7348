/** Reads in full the few pods that pull from Docker Hub now: those waiting for an image, and those restarted where that costs a pull. */

import type { TableRow } from '../../kubernetes/api/cluster.ts'
import { KINDS, type Kind } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import type { UsagePod } from '../../snapshot/hub-usage.ts'
import { podKey } from '../../snapshot/pod.ts'
import { POD_SHAPE } from '../narrow/protobuf-shapes.ts'
import { list, record, text } from '../narrow/shape.ts'
import { narrowUsagePod } from '../narrow/usage.ts'
import {
  isSelectable,
  NO_NODE,
  type PodRow,
  rowKeyOf,
  selectorOf,
  unreadRows,
  visitPodRows,
} from './pod-rows.ts'
import type { NamespaceOrAll, Reading } from './reading.ts'

/** The limit of restarted pods that are read one by one: the most recently restarted ones, which are also restarted most often. */
const MOST_RESTARTED = 400
const PAGE = 500

interface FoundPods {
  count: number
  pods: UsagePod[]
  /** Restarted pods that were not read. */
  unread: number
}

/** Whether the pod's row shows a wait for an image. A pod that does not wait must not hide one of the same name that does. */
function hasWaitingRow(raw: unknown): boolean {
  const { initContainerStatuses, containerStatuses } = record(record(raw).status)
  return [...list(initContainerStatuses), ...list(containerStatuses)].some(each =>
    saysWaiting(text(record(record(record(each).state).waiting).reason)),
  )
}

/**
 * What can't be read is a gap.
 * @param costs whether a restart on that node costs a pull
 * @param window in seconds
 */
export async function readUsagePods(
  reading: Reading,
  scope: NamespaceOrAll,
  cost: { costs(node: string): boolean; window: number },
): Promise<FoundPods> {
  const kept = new Map<string, UsagePod>()
  const seen = new Map<string, number>()
  const keep = (raw: unknown) => {
    const key = rowKeyOf(raw)
    if (hasWaitingRow(raw)) seen.set(key, (seen.get(key) ?? 0) + 1)
    const pod = narrowUsagePod(raw)
    if (pod !== null) kept.set(podKey(pod.namespace, pod.name), pod)
  }
  const read = (fieldSelector: string, limit = 0) =>
    reading.listOrGap(
      KINDS.Pod as Kind<unknown>,
      scope,
      { limit, shape: POD_SHAPE, ...(fieldSelector && { fieldSelector }) },
      keep,
    )
  try {
    const [rows] = await Promise.all([
      readUsageRows(reading, scope, { ...cost, visitPod: keep }),
      read('status.phase=Pending'),
    ])
    if (rows.unclear) await read('', PAGE)
    else {
      const wanted = [...unreadRows(rows.waiting, seen), ...rows.restarted.slice(0, MOST_RESTARTED)]
      await bounded(wanted, AT_ONCE, row => read(selectorOf(row)))
    }
    const unread = rows.unclear ? 0 : Math.max(0, rows.restarted.length - MOST_RESTARTED)
    return { count: rows.count, pods: [...kept.values()], unread }
  } catch (error) {
    reading.recordGap(error, KINDS.Pod, scope)
    return { count: 0, pods: [...kept.values()], unread: 0 }
  }
}

interface UsageRows {
  count: number
  /** Running pods that wait for an image. */
  waiting: PodRow[]
  /** Pods that were restarted within the window, the most recent first. */
  restarted: PodRow[]
  /** A row could not be interpreted, so every pod has to be read in full. */
  unclear: boolean
}

const COLUMNS = { 0: 'name', 2: 'status', 3: 'restarts', 6: 'node' }
/** `3 (5m ago)`: the count, and how long ago the last restart was; old servers print only the count. */
const RESTARTS = /^(\d+)(?: \((\S+) ago\))?$/

/** Whether a status cell or a waiting reason shows a wait for an image. */
function saysWaiting(status: string): boolean {
  return status.includes('ImagePull')
}

/**
 * Picks the pods to read from Table rows; whole pods from a server without Tables go to `visitPod`.
 * @param costs whether a restart on that node costs a pull
 * @param window in seconds
 * @throws ApiError
 */
async function readUsageRows(
  reading: Reading,
  scope: NamespaceOrAll,
  { costs, window, visitPod }: { costs(node: string): boolean; window: number; visitPod(pod: unknown): void },
): Promise<UsageRows> {
  const waiting: PodRow[] = []
  const restarted: { row: PodRow; ago: number }[] = []
  let unclear = false
  const add = ({ cells }: TableRow) => {
    const row = { name: text(cells[0]), node: text(cells[6]) }
    const waits = saysWaiting(text(cells[2]))
    const ago = secondsAgo(cells[3])
    if (ago === 'unclear') unclear = true
    const restarts = typeof ago === 'number' && ago <= window && costs(row.node)
    if (!waits && !restarts) return
    if (!isSelectable(row)) {
      // A pod without a node is in the list of pods in phase Pending.
      unclear ||= row.node !== NO_NODE
    } else if (waits) waiting.push(row)
    else if (typeof ago === 'number') restarted.push({ row, ago })
  }
  const { count, isKnown } = await visitPodRows(reading, scope, COLUMNS, { row: add, pod: visitPod })
  restarted.sort((one, other) => one.ago - other.ago)
  return { count, waiting, restarted: restarted.map(({ row }) => row), unclear: unclear || !isKnown }
}

const SECONDS: Record<string, number> = { y: 365 * 86_400, d: 86_400, h: 3600, m: 60, s: 1 }

/** Returns the seconds since the last restart; null without one; zero if the server doesn't report the time, so that the pod is read. */
function secondsAgo(cell: unknown): number | null | 'unclear' {
  const [whole, count, ago] = RESTARTS.exec(String(cell)) ?? []
  if (whole === undefined) return 'unclear'
  if (Number(count) === 0) return null
  return [...(ago ?? '').matchAll(/(\d+)([ydhms])/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (SECONDS[unit ?? ''] ?? 0),
    0,
  )
}
