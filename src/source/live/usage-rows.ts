/** Picks from an area's pods, read as Table rows, those to be looked at for what they pull: 0.25 KB instead of 26 KB a pod. */

import type { TableRow } from '../../kubernetes/api/cluster.ts'
import { text } from '../narrow/shape.ts'
import type { NamespaceOrAll, Reading } from './reading.ts'

export interface UsageRow {
  name: string
  node: string
}

export interface UsageRows {
  count: number
  /** Pods that run and wait for an image. */
  waiting: UsageRow[]
  /** Pods that were restarted within the window, the latest first. */
  restarted: UsageRow[]
  /** A row could not be understood: nothing but reading every pod in full will do. */
  unclear: boolean
}

/** Where the server's printer has put these for as long as there are Tables (pkg/printers/internalversion). */
const COLUMNS: Record<number, string> = { 0: 'name', 2: 'status', 3: 'restarts', 6: 'node' }
/** `3 (5m ago)`: the count, and how long ago the last one was; old servers give the count alone. */
const RESTARTS = /^(\d+)(?: \((\S+) ago\))?$/
/** Names of pods and nodes, as field selectors take them. */
const NAME = /^[a-z0-9][a-z0-9.-]*$/

/** Whether a status cell, or a waiting reason, says that an image is waited for. */
export function saysWaiting(status: string): boolean {
  return status.includes('ImagePull')
}

/**
 * Reads the rows; whole pods from a server without Tables go to `visitPod`. @throws ApiError
 * @param costs whether a restart on that node costs anything
 * @param window seconds
 */
export async function readUsageRows(
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
      // Without a node it is listed among those in phase Pending.
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

/** Since the last restart; null for a pod without one. Zero where the server doesn't tell, so that the pod is looked at. */
function secondsAgo(cell: unknown): number | null | 'unclear' {
  const [whole, count, ago] = RESTARTS.exec(String(cell)) ?? []
  if (whole === undefined) return 'unclear'
  if (Number(count) === 0) return null
  return [...(ago ?? '').matchAll(/(\d+)([ydhms])/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (SECONDS[unit ?? ''] ?? 0),
    0,
  )
}
