/** The controller manager and the scheduler: one pass over everything they look after. */

import type { Cluster } from '../cluster/cluster.ts'
import { Refusal } from '../cluster/failure.ts'
import type { ApiObject } from '../cluster/objects.ts'
import { reconcileDaemonSet } from './daemon-sets.ts'
import { reconcileDeployment } from './deployments.ts'
import { reconcileBudget } from './disruption-budgets.ts'
import { reconcileJob } from './jobs.ts'
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
]

/** One pass. What admission refuses is tried again in the next pass. */
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
}
