/** Events about pods, with a count for repeated ones like client-go's correlator. */

import { createHash } from 'node:crypto'
import type { Cluster } from '../cluster/cluster.ts'
import type { Pod } from '../cluster/objects.ts'

export interface PodEvent {
  type: 'Normal' | 'Warning'
  reason: string
  message: string
  /** `spec.containers{nginx}`; undefined for the whole pod. */
  fieldPath?: string | undefined
}

/** Records a kubelet's event. */
export function recordEvent(cluster: Cluster, pod: Pod, event: PodEvent): void {
  const { name, namespace = '', uid } = pod.metadata
  const identity = createHash('sha256')
    .update([uid, event.type, event.reason, event.message, event.fieldPath].join('\n'))
    .digest('hex')
  const eventName = `${name}.${identity.slice(0, 16)}`
  const now = cluster.clock.timestamp()
  if (cluster.get('Event', namespace, eventName)) {
    cluster.change('Event', namespace, eventName, copy => {
      copy.count = Number(copy.count) + 1
      copy.lastTimestamp = now
    })
    return
  }
  const host = pod.spec.nodeName ?? ''
  cluster.record({
    metadata: { name: eventName, namespace },
    involvedObject: {
      apiVersion: 'v1',
      kind: 'Pod',
      namespace,
      name,
      uid,
      resourceVersion: pod.metadata.resourceVersion,
      ...(event.fieldPath && { fieldPath: event.fieldPath }),
    },
    type: event.type,
    reason: event.reason,
    message: event.message,
    source: { component: 'kubelet', host },
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
    reportingComponent: 'kubelet',
    reportingInstance: host,
  })
}
