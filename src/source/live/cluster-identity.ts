/** Tells one cluster from another, so that a plan or a journal of one is never taken to the next. */

import { ApiError } from '../../kubernetes/api/api-error.ts'
import type { ClusterReader } from '../../kubernetes/api/cluster.ts'

/** uid of the kube-system namespace, which lives as long as the cluster; where it may not be read, the server's address. @throws ApiError */
export async function clusterIdentity(cluster: ClusterReader, signal?: AbortSignal): Promise<string> {
  try {
    const namespace = await cluster.get('/api/v1/namespaces/kube-system', signal ? { signal } : {})
    return (namespace.metadata as { uid: string }).uid
  } catch (error) {
    if (!(error instanceof ApiError) || (error.status !== 403 && error.status !== 404)) throw error
    return cluster.server
  }
}
