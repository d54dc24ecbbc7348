/** Finds out which bare pods that an interrupted fix took away are still to be put back. */

import { ApiError } from '../../kubernetes/api-error.ts'
import type { ClusterReader } from '../../kubernetes/cluster.ts'
import type { InterruptedPod } from '../../snapshot/fix-scope.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import { gapOf } from './gap.ts'
import { isEnding } from './namespaces.ts'

/** Those that are not there, in namespaces that are. What can't be read is a gap. @throws ApiError where no answer comes */
export async function stillMissing(
  cluster: ClusterReader,
  pods: InterruptedPod[],
  gaps: Gap[],
): Promise<InterruptedPod[]> {
  const missing: InterruptedPod[] = []
  for (const pod of pods) {
    const path = `/api/v1/namespaces/${encodeURIComponent(pod.namespace)}/pods/${encodeURIComponent(pod.name)}`
    try {
      await cluster.get(path)
    } catch (error) {
      if (!isNotFound(error)) gaps.push(gapOf('pods', path, error))
      // A pod goes with its namespace, and nobody misses it then.
      else if (await isLive(cluster, pod.namespace)) missing.push(pod)
    }
  }
  return missing
}

async function isLive(cluster: ClusterReader, namespace: string): Promise<boolean> {
  try {
    return !isEnding(await cluster.get(`/api/v1/namespaces/${encodeURIComponent(namespace)}`))
  } catch (error) {
    if (!(error instanceof ApiError) || (error.status !== 403 && error.status !== 404)) throw error
    return error.status === 403
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404
}
