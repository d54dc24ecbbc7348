/** Identifies a cluster, so that a plan or journal is never applied to another one. */

import type { ClusterReader } from '../../kubernetes/api/cluster.ts'
import { KINDS } from '../../kubernetes/api/kinds.ts'
import { isForbidden, isNotFound } from '../gap.ts'
import { Reading } from './reading.ts'

/** Returns the uid of kube-system, which lasts as long as the cluster; if it can't be read, the server's address. @throws ApiError */
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
