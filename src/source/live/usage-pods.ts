/** Reads in full the few pods that pull from Docker Hub now: those waiting for an image, and those restarted where that costs a pull. */

import type { TableRow } from '../../kubernetes/api/cluster.ts'
import { KINDS, type Kind } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import type { UsagePod } from '../../snapshot/hub-usage.ts'
import { POD_SHAPE } from '../narrow/protobuf-shapes.ts'
import { list, record, text } from '../narrow/shape.ts'
import { narrowUsagePod } from '../narrow/usage.ts'
import { podKey } from '../suspects.ts'
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

/** How many pods were read, by row key. Rows have no namespace, so several pods can share a key. */
type SeenRows = ReadonlyMap<string, number>

const rowKey = ({ name, node }: UsageRow): string => `${name} ${node}`

/** Returns the pod's row key; null if its row would not show a wait for an image, so that it can't hide another pod of the same name. */
function rowKeyOf(raw: unknown): string | null {
  const { metadata, spec, status } = record(raw)
  const { initContainerStatuses, containerStatuses } = record(status)
  const waits = [...list(initContainerStatuses), ...list(containerStatuses)].some(each =>
    saysWaiting(text(record(record(record(each).state).waiting).reason)),
  )
  return waits ? rowKey({ name: text(record(metadata).name), node: text(record(spec).nodeName) }) : null
}

/** Returns the rows whose pods were not read yet. */
function unseen(rows: readonly UsageRow[], seen: SeenRows): UsageRow[] {
  const left = new Map(seen)
  return rows.filter(row => {
    const count = left.get(rowKey(row)) ?? 0
    left.set(rowKey(row), count - 1)
    return count <= 0
  })
}

/**
 * What can't be read is a gap.
 * @param costs whether a restart on that node costs a pull
 * @param window in seconds
 */
export async function readUsagePods(
  reading: Reading,
  area: NamespaceOrAll,
  cost: { costs(node: string): boolean; window: number },
): Promise<FoundPods> {
  const kept = new Map<string, UsagePod>()
  const seen = new Map<string, number>()
  const keep = (raw: unknown) => {
    const key = rowKeyOf(raw)
    if (key !== null) seen.set(key, (seen.get(key) ?? 0) + 1)
    const pod = narrowUsagePod(raw)
    if (pod !== null) kept.set(podKey(pod.namespace, pod.name), pod)
  }
  const read = (fieldSelector: string, limit = 0) =>
    reading.listOrGap(
      KINDS.Pod as Kind<unknown>,
      area,
      { limit, shape: POD_SHAPE, ...(fieldSelector && { fieldSelector }) },
      keep,
    )
  try {
    const [rows] = await Promise.all([
      readUsageRows(reading, area, { ...cost, visitPod: keep }),
      read('status.phase=Pending'),
    ])
    if (rows.unclear) await read('', PAGE)
    else {
      const wanted = [...unseen(rows.waiting, seen), ...rows.restarted.slice(0, MOST_RESTARTED)]
      await bounded(wanted, AT_ONCE, ({ name, node }) => read(`spec.nodeName=${node},metadata.name=${name}`))
    }
    const unread = rows.unclear ? 0 : Math.max(0, rows.restarted.length - MOST_RESTARTED)
    return { count: rows.count, pods: [...kept.values()], unread }
  } catch (error) {
    reading.recordGap(error, KINDS.Pod, area)
    return { count: 0, pods: [...kept.values()], unread: 0 }
  }
}

interface UsageRow {
  name: string
  node: string
}

interface UsageRows {
  count: number
  /** Running pods that wait for an image. */
  waiting: UsageRow[]
  /** Pods that were restarted within the window, the most recent first. */
  restarted: UsageRow[]
  /** A row could not be interpreted, so every pod has to be read in full. */
  unclear: boolean
}

/** The server's column positions, unchanged since Tables were introduced (pkg/printers/internalversion). */
const COLUMNS: Record<number, string> = { 0: 'name', 2: 'status', 3: 'restarts', 6: 'node' }
/** `3 (5m ago)`: the count, and how long ago the last restart was; old servers print only the count. */
const RESTARTS = /^(\d+)(?: \((\S+) ago\))?$/
/** Valid names of pods and nodes in a field selector. */
const NAME = /^[a-z0-9][a-z0-9.-]*$/

/** Whether a status cell or a waiting reason shows a wait for an image. */
function saysWaiting(status: string): boolean {
  return status.includes('ImagePull')
}

/**
 * Picks the pods to read from Table rows, which take 0.25 KB a pod instead of 26 KB; whole pods from a server without Tables go to
 * `visitPod`.
 * @param costs whether a restart on that node costs a pull
 * @param window in seconds
 * @throws ApiError
 */
async function readUsageRows(
  reading: Reading,
  area: NamespaceOrAll,
  { costs, window, visitPod }: { costs(node: string): boolean; window: number; visitPod(pod: unknown): void },
): Promise<UsageRows> {
  const rows: UsageRows = { count: 0, waiting: [], restarted: [], unclear: false }
  const restarted: { row: UsageRow; ago: number }[] = []
  const add = ({ cells }: TableRow) => {
    rows.count += 1
    reading.countPod()
    const row = { name: text(cells[0]), node: text(cells[6]) }
    const waits = saysWaiting(text(cells[2]))
    const ago = secondsAgo(cells[3])
    if (ago === 'unclear') rows.unclear = true
    const restarts = typeof ago === 'number' && ago <= window && costs(row.node)
    if (!waits && !restarts) return
    if (!NAME.test(row.name) || !NAME.test(row.node)) {
      // A pod without a node is in the list of pods in phase Pending.
      rows.unclear ||= row.node !== '<none>'
    } else if (waits) rows.waiting.push(row)
    else if (typeof ago === 'number') restarted.push({ row, ago })
  }
  const { columns } = await reading.podTable(area, add, pod => {
    rows.count += 1
    reading.countPod()
    visitPod(pod)
  })
  const known = Object.entries(COLUMNS).every(([at, name]) => columns[Number(at)]?.toLowerCase() === name)
  restarted.sort((one, other) => one.ago - other.ago)
  return {
    ...rows,
    restarted: restarted.map(({ row }) => row),
    unclear: rows.unclear || (columns.length > 0 && !known),
  }
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
