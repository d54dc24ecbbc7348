/** ReplicaSets and ReplicationControllers: run as many pods as their spec says. */

import type { Cluster } from '../cluster/cluster.ts'
import { type ApiObject, asWorkload } from '../cluster/objects.ts'
import { activePods, createPod, isReady, readyCount, writeStatus } from './owned-pods.ts'

/** One pass over one of them: creates missing pods, deletes surplus ones (unready pods first), writes the status. */
export function reconcileReplicaSet(cluster: Cluster, replicaSet: ApiObject): void {
  const wanted = asWorkload(replicaSet).spec.replicas ?? 1
  const pods = activePods(cluster, replicaSet)
  for (let missing = wanted - pods.length; missing > 0; missing--)
    createPod(cluster, replicaSet, { generateName: `${replicaSet.metadata.name}-` })
  const byUse = pods.toSorted((a, b) => Number(isReady(a)) - Number(isReady(b)))
  for (const { metadata } of byUse.slice(0, Math.max(0, pods.length - wanted)))
    cluster.remove('Pod', metadata.namespace, metadata.name)
  const ready = readyCount(pods)
  writeStatus(cluster, replicaSet, {
    replicas: Math.max(pods.length, wanted),
    fullyLabeledReplicas: Math.max(pods.length, wanted) || undefined,
    ...(ready > 0
      ? { readyReplicas: ready, availableReplicas: ready }
      : { readyReplicas: undefined, availableReplicas: undefined }),
  })
}
