/** Namespaces: each gets the service account `default`; a terminating one is emptied and then removed. */

import type { Cluster } from '../cluster/cluster.ts'
import { KINDS, kindNamed } from '../cluster/kinds.ts'
import type { ApiObject } from '../cluster/objects.ts'

/** One pass over one namespace. */
export function reconcileNamespace(cluster: Cluster, namespace: ApiObject): void {
  const { name, deletionTimestamp } = namespace.metadata
  if (deletionTimestamp) empty(cluster, namespace)
  else if (!cluster.get('ServiceAccount', name, 'default')) {
    const account = { name: 'default', namespace: name }
    cluster.add({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: account })
  }
}

function empty(cluster: Cluster, namespace: ApiObject): void {
  const { name } = namespace.metadata
  let left = 0
  for (const { kind, namespaced } of KINDS) {
    for (const { metadata } of namespaced ? cluster.list(kind, name) : []) {
      if (!metadata.deletionTimestamp)
        cluster.remove(kind, name, metadata.name, { propagationPolicy: 'Orphan' })
      if (cluster.get(kind, name, metadata.name)) left++
    }
  }
  if (left === 0) cluster.store.remove(kindNamed('Namespace'), namespace)
}
