/**
 * Reads the rows of the server's Table of pods, which show which pods could be failing: a row takes 0.25 KB, and a pod 26 KB.
 */

import { list, record, text } from '../../json/json-object.ts'
import type { TableRow } from '../../kubernetes/api/cluster.ts'
import type { NamespaceOrAll, Reading } from './reading.ts'

/** A pod as identified in a row, without its namespace. */
export interface PodRow {
  name: string
  node: string
}

/** The node cell of a pod that is not scheduled: no kubelet has tried to pull its images. */
export const NO_NODE = '<none>'

/** Valid names of pods and nodes; anything else must not get into a field selector. */
const OBJECT_NAME = /^[a-z0-9][a-z0-9.-]*$/

/** Returns the key of a row. Rows have no namespace, so several pods can share a key. */
export function rowKey({ name, node }: PodRow): string {
  return `${name} ${node}`
}

/** Returns the key of the pod's row. */
export function rowKeyOf(raw: unknown): string {
  const { metadata, spec } = record(raw)
  return rowKey({ name: text(record(metadata).name), node: text(record(spec).nodeName) })
}

/** Whether a request can select the pods of the row. */
export function isSelectable({ name, node }: PodRow): boolean {
  return OBJECT_NAME.test(name) && OBJECT_NAME.test(node)
}

/** Returns the field selector of the row's pods, for which the API server has an index. */
export function fieldsOf({ name, node }: PodRow): string {
  return `spec.nodeName=${node},metadata.name=${name}`
}

/**
 * Returns the rows whose pods were not read yet. Rows with the same key appear once because one request reads them all.
 * @param seen how many pods were read, by row key
 */
export function unreadRows<Row extends PodRow>(
  rows: readonly Row[],
  seen: ReadonlyMap<string, number>,
): Row[] {
  const left = new Map(seen)
  const unread = new Map<string, Row>()
  for (const row of rows) {
    const key = rowKey(row)
    const count = left.get(key) ?? 0
    left.set(key, count - 1)
    if (count <= 0) unread.set(key, row)
  }
  return [...unread.values()]
}

interface VisitedRows {
  /** How many pods the scope has. */
  count: number
  /** The cluster's version when the rows were read; empty if the server does not report it. */
  resourceVersion: string
  /** Whether the columns are where they are expected, so that the rows can be interpreted. */
  isKnown: boolean
}

/**
 * Visits the rows; a server without Tables sends whole pods instead.
 * @param columns the expected columns by position, unchanged since Tables were introduced (pkg/printers/internalversion)
 * @throws ApiError
 */
export async function visitPodRows(
  reading: Reading,
  scope: NamespaceOrAll,
  columns: Readonly<Record<number, string>>,
  visit: { row(row: TableRow): void; pod(pod: unknown): void },
): Promise<VisitedRows> {
  let count = 0
  const counted = <Item>(visitItem: (item: Item) => void) => {
    return (item: Item) => {
      count += 1
      reading.countPod()
      visitItem(item)
    }
  }
  const table = await reading.podTable(scope, counted(visit.row), counted(visit.pod))
  const isKnown = Object.entries(columns).every(
    ([at, name]) => table.columns[Number(at)]?.toLowerCase() === name,
  )
  return { count, resourceVersion: table.resourceVersion, isKnown: table.columns.length === 0 || isKnown }
}

export interface SuspectRow extends PodRow {
  /** A container was restarted, so the pod has most likely left phase Pending, which a row does not show. */
  wasRestarted: boolean
}

export interface PodRows extends FoundSuspects {
  count: number
  /** The cluster's version when the rows were read; empty if the server does not report it. */
  resourceVersion: string
}

interface FoundSuspects {
  suspects: SuspectRow[]
  /** A row could not be interpreted, so every pod has to be read in full. */
  unclear: boolean
}

const COLUMNS = { 0: 'name', 1: 'ready', 6: 'node' }

/** Only a hint, so the column's name is not checked: `0` or `3 (5m ago)`, before Kubernetes 1.22 a number. */
const RESTARTS = 3

/** Matches if all containers are ready. */
const READY = /^(\d+)\/\1$/

/** Reads the rows; whole pods from a server without Tables go to `visitPod`. @throws ApiError */
export async function readPodRows(
  reading: Reading,
  scope: NamespaceOrAll,
  visitPod: (pod: unknown) => void,
): Promise<PodRows> {
  const found: FoundSuspects = { suspects: [], unclear: false }
  const { count, resourceVersion, isKnown } = await visitPodRows(reading, scope, COLUMNS, {
    row: row => addSuspect(found, row),
    pod: visitPod,
  })
  return { count, suspects: found.suspects, resourceVersion, unclear: found.unclear || !isKnown }
}

/** Adds a row if it could be a suspect's. Healthy rows return first, so that they cost no memory and little time. */
function addSuspect(found: FoundSuspects, row: TableRow): void {
  const { cells } = row
  if (READY.test(text(cells[1])) || cells[6] === NO_NODE || hasFinished(row)) return
  const name = text(cells[0])
  const node = text(cells[6])
  if (isSelectable({ name, node }))
    found.suspects.push({ name, node, wasRestarted: /^[1-9]/.test(String(cells[RESTARTS])) })
  else found.unclear = true
}

/**
 * Whether the pod has finished. `Completed` in the Status cell does not show it: the cell is about one container, and is also Completed if
 * the first container is done and the second one can't be pulled.
 */
function hasFinished({ conditions }: TableRow): boolean {
  return list(conditions)
    .map(record)
    .some(({ type, reason }) => type === 'Completed' && (reason === 'Succeeded' || reason === 'Failed'))
}
