/** Finds out which bare pods that an interrupted fix took away are still to be put back. */

import { KINDS } from '../../kubernetes/api/kinds.ts'
import type { InterruptedPod, OwedPod } from '../../snapshot/fix-scope.ts'
import { isForbidden, isNotFound } from '../gap.ts'
import { isEnding } from './fix-namespaces.ts'
import type { Reading } from './reading.ts'

/** Those that are not there or have not ended yet, in namespaces that are. What can't be read is a gap. @throws ApiError where no answer comes */
export async function stillMissing(reading: Reading, pods: InterruptedPod[]): Promise<OwedPod[]> {
  const missing: OwedPod[] = []
  for (const pod of pods) {
    try {
      const ending = endingOf(await reading.get(KINDS.Pod, pod.namespace, pod.name), pod)
      if (ending !== null && (await isLive(reading, pod.namespace))) missing.push({ ...pod, ending })
    } catch (error) {
      if (!isNotFound(error)) reading.leaveGap(error, KINDS.Pod, pod.namespace)
      // A pod goes with its namespace, and nobody misses it then.
      else if (await isLive(reading, pod.namespace)) missing.push({ ...pod, ending: null })
    }
  }
  return missing
}

type PodObject = NonNullable<(typeof KINDS.Pod)['model']>

/** Under its name there may be another pod by now; only the one that was deleted is owed when it ends. */
function endingOf({ metadata }: PodObject, { uid }: InterruptedPod): OwedPod['ending'] {
  const until = metadata.deletionTimestamp
  return until === undefined || (uid !== null && metadata.uid !== uid) ? null : { uid: metadata.uid, until }
}

async function isLive(reading: Reading, namespace: string): Promise<boolean> {
  try {
    return !isEnding(await reading.get(KINDS.Namespace, null, namespace))
  } catch (error) {
    if (!isForbidden(error) && !isNotFound(error)) throw error
    return isForbidden(error)
  }
}
