/**
 * Reads an area's pods as Table rows without objects: 0.25 KB instead of 26 KB a pod. Cells are made for people, so they only say
 * which pods need a look. A container that waits is never ready, so its pod's Ready cell is `n/m` with n < m.
 */

import type { KubernetesObject } from '../../kubernetes/cluster.ts'
import { list, text } from '../narrow/shape.ts'
import { type Area, pathOf, type Reading } from './reading.ts'

/** A pod as a row names it: without namespace. The node is empty while there is none. */
export interface RowPod {
  name: string
  node: string
}

export interface PodRows {
  count: number
  suspects: RowPod[]
  /** A row could not be understood: nothing but reading every pod in full will do. */
  unclear: boolean
  /** Whole pods, where the server does not speak Table. */
  visitedWhole: boolean
}

const COLUMNS = ['name', 'ready', 'status']
const READY = /^(\d+)\/(\d+)$/
/** What names of pods and nodes are made of; anything else has no place in a field selector. */
const NAME = /^[a-z0-9][a-z0-9.-]*$/

/** Reads the rows; whole pods from a server without Tables go to `visitPod`. @throws ApiError */
export async function readPodRows(
  reading: Reading,
  area: Area,
  visitPod: (raw: KubernetesObject) => void,
): Promise<PodRows> {
  let count = 0
  let wholePods = 0
  const unready: unknown[][] = []
  const { columns } = await reading.cluster.table(
    pathOf('/api/v1', area, 'pods'),
    { ...reading.labels, ...reading.abort, limit: 0 },
    ({ cells }) => {
      count += 1
      // Healthy rows fall through, so that memory does not grow with them.
      if (!isReady(list(cells)[1])) unready.push(list(cells))
      reading.countPod()
    },
    item => {
      wholePods += 1
      reading.countPod()
      visitPod(item)
    },
  )
  if (wholePods > 0) return { count: wholePods, suspects: [], unclear: false, visitedWhole: true }
  const nodeColumn = columns.findIndex(column => column.toLowerCase() === 'node')
  const suspects = (await withoutSucceeded(reading, area, unready)).map(cells => rowPod(cells, nodeColumn))
  const known = COLUMNS.every((name, index) => columns[index]?.toLowerCase() === name)
  return {
    count,
    suspects: suspects.filter(suspect => suspect !== null),
    unclear: count > 0 && (!known || suspects.includes(null)),
    visitedWhole: false,
  }
}

function isReady(cell: unknown): boolean {
  const match = READY.exec(text(cell))
  return match !== null && match[1] === match[2]
}

function rowPod(cells: unknown[], nodeColumn: number): RowPod | null {
  const name = text(cells[0])
  const node = text(cells[nodeColumn])
  return NAME.test(name) ? { name, node: NAME.test(node) ? node : '' } : null
}

/**
 * Leaves out pods that have succeeded. `Completed` in the Status cell is not enough for that: the cell is one container's, and a pod
 * whose first container is done and whose second can't be pulled says Completed too. The rows of the succeeded pods tell them apart.
 */
async function withoutSucceeded(reading: Reading, area: Area, rows: unknown[][]): Promise<unknown[][]> {
  const completed = rows.filter(cells => cells[2] === 'Completed')
  if (completed.length === 0) return rows
  const key = (cells: unknown[]) => JSON.stringify([cells[0], cells[5], cells[6]])
  const left = Map.groupBy(completed, key)
  await reading.cluster.table(
    pathOf('/api/v1', area, 'pods'),
    { ...reading.labels, ...reading.abort, limit: 0, fieldSelector: 'status.phase=Succeeded' },
    ({ cells }) => left.get(key(list(cells)))?.pop(),
    () => {},
  )
  return [...rows.filter(cells => cells[2] !== 'Completed'), ...[...left.values()].flat()]
}
