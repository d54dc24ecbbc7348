/** The scheduler: assigns each new pod to a node with matching labels, in turn. */

import { randomUUID } from 'node:crypto'
import type { Cluster } from '../cluster/cluster.ts'
import { type ApiObject, asPod, type Condition, type JsonObject, type Pod } from '../cluster/objects.ts'
import { nodeOf } from './daemon-sets.ts'

/** One pass over the pods without a node. */
export function schedule(cluster: Cluster): void {
  const nodes = cluster.list('Node').filter(({ spec }) => spec?.unschedulable !== true)
  const busy = new Map<string, number>()
  const pods = cluster.list('Pod').map(asPod)
  for (const { spec } of pods) if (spec.nodeName) busy.set(spec.nodeName, (busy.get(spec.nodeName) ?? 0) + 1)
  for (const pod of pods) {
    const other = pod.spec.schedulerName !== 'default-scheduler'
    if (other || pod.spec.nodeName || pod.metadata.deletionTimestamp) continue
    const fitting = nodes.filter(node => fits(pod, node)).map(({ metadata }) => metadata.name)
    const [node] = fitting.sort((a, b) => (busy.get(a) ?? 0) - (busy.get(b) ?? 0))
    if (node === undefined) {
      const message = `0/${nodes.length} nodes are available: ${nodes.length} node(s) didn't match Pod's node affinity/selector.`
      if (!pod.status.conditions) tell(cluster, pod, 'Warning', 'FailedScheduling', message)
      place(cluster, pod, undefined, {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message,
      })
      continue
    }
    busy.set(node, (busy.get(node) ?? 0) + 1)
    place(cluster, pod, node, { type: 'PodScheduled', status: 'True' })
    const { namespace, name } = pod.metadata
    tell(cluster, pod, 'Normal', 'Scheduled', `Successfully assigned ${namespace}/${name} to ${node}`)
  }
}

function fits({ spec }: Pod, { metadata }: ApiObject): boolean {
  const pinned = nodeOf(spec)
  const wanted = Object.entries((spec.nodeSelector ?? {}) as Record<string, string>)
  return (
    (pinned === undefined || pinned === metadata.name) &&
    wanted.every(([key, value]) => metadata.labels?.[key] === value)
  )
}

function place(cluster: Cluster, pod: Pod, node: string | undefined, condition: Condition): void {
  const before = pod.status.conditions?.[0]
  const since = before?.status === condition.status ? before.lastTransitionTime : cluster.clock.timestamp()
  cluster.change('Pod', pod.metadata.namespace, pod.metadata.name, copy => {
    if (node !== undefined) copy.spec = { ...copy.spec, nodeName: node }
    const conditions = [{ ...condition, lastProbeTime: null, lastTransitionTime: since }]
    copy.status = { ...copy.status, conditions } as unknown as JsonObject
  })
}

function tell(cluster: Cluster, { metadata }: Pod, type: string, reason: string, message: string): void {
  const { namespace = '', name, uid, resourceVersion } = metadata
  cluster.record({
    metadata: { name: `${name}.${randomUUID().replaceAll('-', '').slice(0, 16)}`, namespace },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace, name, uid, resourceVersion },
    type,
    reason,
    message,
    action: 'Binding',
    source: {},
    firstTimestamp: null,
    lastTimestamp: null,
    eventTime: new Date(cluster.clock.now()).toISOString().replace('Z', '000Z'),
    reportingComponent: 'default-scheduler',
    reportingInstance: 'default-scheduler-node-1',
  })
}
