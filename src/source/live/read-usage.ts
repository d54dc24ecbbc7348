/** Reads what determines a cluster's Docker Hub pulls, at a cost that grows with its workloads and the pods that pull now, not with all its pods. */

import { list, record, text } from '../../json/json-object.ts'
import type { ClusterReader, TableRow } from '../../kubernetes/api/cluster.ts'
import { KINDS, namespaceOf } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import { byName } from '../../order.ts'
import type { HubUsage, RolloutCount, UsageNode, UsagePod, UsageWorkload } from '../../snapshot/hub-usage.ts'
import { keyOf } from '../../snapshot/object-key.ts'
import { type ServiceAccount, uniqueGaps } from '../../snapshot/snapshot.ts'
import { LISTED_NODE_SHAPE, narrowUsageNode } from '../narrow/listed-node.ts'
import { EVENT_SHAPE, POD_SHAPE } from '../narrow/protobuf-shapes.ts'
import { TEMPLATE_SHAPES } from '../narrow/template-shape.ts'
import { narrowUsagePod, narrowUsageWorkload, type UsageKind } from '../narrow/usage.ts'
import {
  fieldsOf,
  isSelectable,
  NO_NODE,
  type PodRow,
  rowKeyOf,
  unreadRows,
  visitPodRows,
} from './pod-rows.ts'
import { readOwners } from './read-owners.ts'
import { type NamespaceOrAll, type ReadCounts, Reading } from './reading.ts'
import { readNamedAccounts } from './related-objects.ts'

interface UsageOptions {
  /** ISO 8601. */
  takenAt: string
  namespace: NamespaceOrAll
  /** In seconds. */
  window: number
  /** Whether a restart on a node with this runtime costs a pull. */
  restartCosts(runtime: string | null): boolean
  signal: AbortSignal
  onProgress(progress: ReadCounts): void
}

const USAGE_KINDS: UsageKind[] = ['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob']

/** What can't be read is a gap. @throws ApiError if the API server answers nothing */
export async function readUsage(cluster: ClusterReader, options: UsageOptions): Promise<HubUsage> {
  const { takenAt, namespace, window, signal, onProgress } = options
  const reading = new Reading(cluster, { takenAt, signal, onProgress })
  const [nodes, workloads, rollouts] = await Promise.all([
    readNodes(reading),
    readTemplates(reading, namespace),
    readRollouts(reading, namespace),
  ])
  const runtimes = new Map(nodes?.map(({ name, runtime }) => [name, runtime]))
  const costs = (node: string) => options.restartCosts(runtimes.get(node) ?? null)
  const { count, pods, unread } = await readUsagePods(reading, namespace, { costs, window })
  const [{ links }, serviceAccounts] = await Promise.all([
    readOwners(reading, pods),
    readAccounts(reading, workloads),
  ])
  return {
    takenAt,
    workloads,
    nodes,
    pods,
    rollouts,
    serviceAccounts,
    // Stop at the workload: its own controller has no template to read.
    owners: links.map(link => (isUsageKind(link.kind) ? { ...link, controller: null } : link)),
    podCount: count,
    restartsUnread: unread,
    gaps: uniqueGaps(reading.gaps),
  }
}

function isUsageKind(kind: string): boolean {
  return (USAGE_KINDS as string[]).includes(kind)
}

async function readTemplates(reading: Reading, scope: NamespaceOrAll): Promise<UsageWorkload[]> {
  const found: UsageWorkload[] = []
  await Promise.all(
    USAGE_KINDS.map(name =>
      reading.listOrGap<unknown>(KINDS[name], scope, { shape: TEMPLATE_SHAPES[name] }, raw => {
        const workload = narrowUsageWorkload(raw, name)
        if (workload !== null) found.push(workload)
      }),
    ),
  )
  return found
}

/** Returns null, with a gap, if nodes can't be read: then the cost of a restart is unknown. */
async function readNodes(reading: Reading): Promise<UsageNode[] | null> {
  try {
    const nodes = await reading.listed(KINDS.Node, null, { shape: LISTED_NODE_SHAPE }, narrowUsageNode)
    return nodes.sort(byName)
  } catch (error) {
    reading.recordGap(error, KINDS.Node, null)
    return null
  }
}

const SCALED_UP = /^Scaled up replica set (\S+) (?:from 0 )?to \d+/

/** Returns the rollouts that events report; an API server keeps events for an hour. */
async function readRollouts(reading: Reading, scope: NamespaceOrAll): Promise<RolloutCount[]> {
  const seen = new Map<string, { namespace: string; deployment: string; sets: Set<string> }>()
  const fieldSelector = 'involvedObject.kind=Deployment,reason=ScalingReplicaSet'
  await reading.listOrGap(KINDS.Event, scope, { limit: 0, shape: EVENT_SHAPE, fieldSelector }, raw => {
    const { involvedObject, message } = record(raw)
    const deployment = text(record(involvedObject).name)
    const set = SCALED_UP.exec(text(message))?.[1]
    if (set === undefined || deployment === '') return
    const namespace = namespaceOf(raw)
    const entry = seen.get(`${namespace}/${deployment}`) ?? { namespace, deployment, sets: new Set() }
    entry.sets.add(set)
    seen.set(`${namespace}/${deployment}`, entry)
  })
  return [...seen.values()].map(({ sets, ...rollouts }) => ({ ...rollouts, count: sets.size }))
}

function readAccounts(reading: Reading, workloads: UsageWorkload[]): Promise<ServiceAccount[]> {
  const names = workloads
    .filter(({ pullSecrets }) => pullSecrets.length === 0)
    .map(({ namespace, serviceAccount }) => ({ namespace, name: serviceAccount }))
  return readNamedAccounts(reading, names)
}

/** The limit of restarted pods that are read one by one: the most recently restarted ones, which are also restarted most often. */
const MOST_RESTARTED = 400

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
async function readUsagePods(
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
    if (pod !== null) kept.set(keyOf(pod), pod)
  }
  const read = (selected: { fieldSelector: string; limit: 0 } | null) =>
    reading.listOrGap(KINDS.Pod, scope, { ...selected, shape: POD_SHAPE }, keep)
  try {
    const [rows] = await Promise.all([
      readUsageRows(reading, scope, { ...cost, visitPod: keep }),
      read({ fieldSelector: 'status.phase=Pending', limit: 0 }),
    ])
    if (rows.unclear) await read(null)
    else {
      const wanted = [...unreadRows(rows.waiting, seen), ...rows.restarted.slice(0, MOST_RESTARTED)]
      await bounded(wanted, AT_ONCE, row => read({ fieldSelector: fieldsOf(row), limit: 0 }))
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
