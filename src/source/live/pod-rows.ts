/**
 * Reads an area's pods as Table rows without objects: 0.25 KB instead of 26 KB a pod. Cells are meant for display, so they only decide
 * which pods need a look. A container that waits is never ready, so its pod's Ready cell is `n/m` with n < m.
 */

import type { TableRow } from '../../kubernetes/api/cluster.ts'
import { list, record, text } from '../narrow/shape.ts'
import type { NamespaceOrAll, Reading } from './reading.ts'

/** A pod as a row names it: without namespace. */
export interface RowPod {
  name: string
  node: string
  /** A container was restarted, so the pod has most likely left phase Pending, of which a row says nothing. */
  wasRestarted: boolean
}

export interface PodRows {
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
export async function readPodRows(
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
