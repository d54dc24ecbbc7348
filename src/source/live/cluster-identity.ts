/** Tells one cluster from another, so that a plan or a journal of one is never taken to the next. */

import type { ClusterReader } from '../../kubernetes/api/cluster.ts'
import { KINDS } from '../../kubernetes/api/kinds.ts'
import { isForbidden, isNotFound } from '../gap.ts'
import { Reading } from './reading.ts'

/** uid of the kube-system namespace, which lives as long as the cluster; where it may not be read, the server's address. @throws ApiError */
export async function clusterIdentity(cluster: ClusterReader, signal?: AbortSignal): Promise<string> {
  try {
    const { metadata } = await new Reading(cluster, signal ? { signal } : {}).get(
      KINDS.Namespace,
      null,
      'kube-system',
    )
    return metadata.uid
  } catch (error) {
    if (!isForbidden(error) && !isNotFound(error)) throw error
    return cluster.server
  }
}
