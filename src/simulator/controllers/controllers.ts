/** The controller manager and the scheduler: one pass over all objects they control. */

import type { Cluster } from '../cluster/cluster.ts'
import type { ApiObject } from '../cluster/objects.ts'
import { Refusal } from '../cluster/refusal.ts'
import { reconcileDaemonSet } from './daemon-sets.ts'
import { reconcileDeployment } from './deployments.ts'
import { reconcileBudget } from './disruption-budgets.ts'
import { reconcileJob } from './jobs.ts'
import { reconcileNamespace } from './namespaces.ts'
import { reconcileReplicaSet } from './replica-sets.ts'
import { schedule } from './scheduler.ts'
import { reconcileStatefulSet } from './stateful-sets.ts'

const RECONCILERS: [kind: string, reconcile: (cluster: Cluster, object: ApiObject) => void][] = [
  ['Deployment', reconcileDeployment],
  ['ReplicaSet', reconcileReplicaSet],
  ['ReplicationController', reconcileReplicaSet],
  ['StatefulSet', reconcileStatefulSet],
  ['DaemonSet', reconcileDaemonSet],
  ['Job', reconcileJob],
  ['PodDisruptionBudget', reconcileBudget],
  ['Namespace', reconcileNamespace],
]

/** Milliseconds: kube-apiserver's --event-ttl. */
const EVENT_LIFETIME = 3_600_000

/** One pass. Objects that admission refuses are retried in the next pass. */
export function runControllers(cluster: Cluster): void {
  for (const [kind, reconcile] of RECONCILERS) {
    for (const object of cluster.list(kind)) {
      try {
        reconcile(cluster, object)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
      }
    }
  }
  schedule(cluster)
  expireEvents(cluster)
}

function expireEvents(cluster: Cluster): void {
  const now = cluster.clock.now()
  for (const { metadata, lastTimestamp, eventTime } of cluster.list('Event')) {
    const times = [metadata.creationTimestamp, lastTimestamp, eventTime].map(time => Date.parse(String(time)))
    if (now - Math.max(...times.filter(time => !Number.isNaN(time))) > EVENT_LIFETIME)
      cluster.remove('Event', metadata.namespace, metadata.name)
  }
}
