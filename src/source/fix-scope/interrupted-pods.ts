/** Finds out which bare pods that an interrupted fix took away are still to be put back. */

import { ApiError } from '../../kubernetes/api-error.ts'
import type { ClusterReader, KubernetesObject } from '../../kubernetes/cluster.ts'
import type { InterruptedPod, OwedPod } from '../../snapshot/fix-scope.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import { gapOf } from './gap.ts'
import { isEnding } from './namespaces.ts'

/** Those that are not there or have not ended yet, in namespaces that are. What can't be read is a gap. @throws ApiError where no answer comes */
export async function stillMissing(
  cluster: ClusterReader,
  pods: InterruptedPod[],
  gaps: Gap[],
): Promise<OwedPod[]> {
  const missing: OwedPod[] = []
  for (const pod of pods) {
    const path = `/api/v1/namespaces/${pod.namespace}/pods/${pod.name}`
    try {
      const ending = endingOf(await cluster.get(path), pod)
      if (ending !== null && (await isLive(cluster, pod.namespace))) missing.push({ ...pod, ending })
    } catch (error) {
      if (!isNotFound(error)) gaps.push(gapOf('pods', path, error))
      // A pod goes with its namespace, and nobody misses it then.
      else if (await isLive(cluster, pod.namespace)) missing.push({ ...pod, ending: null })
    }
  }
  return missing
}

/** Under its name there may be another pod by now; only the one that was deleted is owed when it ends. */
function endingOf(object: KubernetesObject, { uid }: InterruptedPod): OwedPod['ending'] {
  const metadata = object.metadata as { uid: string; deletionTimestamp?: string }
  const until = metadata.deletionTimestamp
  return until === undefined || (uid !== null && metadata.uid !== uid) ? null : { uid: metadata.uid, until }
}

async function isLive(cluster: ClusterReader, namespace: string): Promise<boolean> {
  try {
    return !isEnding(await cluster.get(`/api/v1/namespaces/${namespace}`))
  } catch (error) {
    if (!(error instanceof ApiError) || (error.status !== 403 && error.status !== 404)) throw error
    return error.status === 403
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404
}
