/** Reads what determines a cluster's Docker Hub pulls, at a cost that grows with its workloads, not its pods. */

import type { ClusterReader } from '../../kubernetes/api/cluster.ts'
import { KINDS, type Kind } from '../../kubernetes/api/kinds.ts'
import type { HubUsage, RolloutCount, UsageNode, UsageWorkload } from '../../snapshot/hub-usage.ts'
import { type ServiceAccount, uniqueGaps } from '../../snapshot/snapshot.ts'
import { LISTED_NODE_SHAPE, narrowUsageNode } from '../narrow/listed-node.ts'
import { EVENT_SHAPE } from '../narrow/protobuf-shapes.ts'
import { namespaceOf, record, text } from '../narrow/shape.ts'
import { TEMPLATE_SHAPES } from '../narrow/template-shape.ts'
import { narrowUsageWorkload, type UsageKind } from '../narrow/usage.ts'
import { byName } from '../suspects.ts'
import { readOwners } from './owners.ts'
import { type NamespaceOrAll, type ReadCounts, Reading } from './reading.ts'
import { readNamedAccounts } from './related-objects.ts'
import { readUsagePods } from './usage-pods.ts'

export interface UsageOptions {
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

const PAGE = 500
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
      reading.listOrGap(
        KINDS[name] as Kind<unknown>,
        scope,
        { limit: PAGE, shape: TEMPLATE_SHAPES[name] },
        raw => {
          const workload = narrowUsageWorkload(raw, name)
          if (workload !== null) found.push(workload)
        },
      ),
    ),
  )
  return found
}

/** Returns null, with a gap, if nodes can't be read: then the cost of a restart is unknown. */
async function readNodes(reading: Reading): Promise<UsageNode[] | null> {
  const nodes: UsageNode[] = []
  try {
    await reading.list(KINDS.Node as Kind<unknown>, null, { limit: PAGE, shape: LISTED_NODE_SHAPE }, raw => {
      const node = narrowUsageNode(raw)
      if (node !== null) nodes.push(node)
    })
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
  await reading.listOrGap(
    KINDS.Event as Kind<unknown>,
    scope,
    { limit: 0, shape: EVENT_SHAPE, fieldSelector },
    raw => {
      const { involvedObject, message } = record(raw)
      const deployment = text(record(involvedObject).name)
      const set = SCALED_UP.exec(text(message))?.[1]
      if (set === undefined || deployment === '') return
      const namespace = namespaceOf(raw)
      const entry = seen.get(`${namespace}/${deployment}`) ?? { namespace, deployment, sets: new Set() }
      entry.sets.add(set)
      seen.set(`${namespace}/${deployment}`, entry)
    },
  )
  return [...seen.values()].map(({ sets, ...rollouts }) => ({ ...rollouts, count: sets.size }))
}

function readAccounts(reading: Reading, workloads: UsageWorkload[]): Promise<ServiceAccount[]> {
  const names = workloads
    .filter(({ pullSecrets }) => pullSecrets.length === 0)
    .map(({ namespace, serviceAccount }) => ({ namespace, name: serviceAccount }))
  return readNamedAccounts(reading, names)
}
