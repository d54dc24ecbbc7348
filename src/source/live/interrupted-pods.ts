/** Finds out which bare pods that an interrupted fix took away are still to be put back. */

import { KINDS } from '../../kubernetes/api/kinds.ts'
import type { InterruptedPod } from '../../snapshot/fix-scope.ts'
import { isForbidden, isNotFound } from '../gap.ts'
import { isEnding } from './fix-namespaces.ts'
import type { Reading } from './reading.ts'

/** Those that are not there, in namespaces that are. What can't be read is a gap. @throws ApiError where no answer comes */
export async function stillMissing(reading: Reading, pods: InterruptedPod[]): Promise<InterruptedPod[]> {
  const missing: InterruptedPod[] = []
  for (const pod of pods) {
    try {
      await reading.get(KINDS.Pod, pod.namespace, pod.name)
    } catch (error) {
      if (!isNotFound(error)) reading.leaveGap(error, KINDS.Pod, pod.namespace)
      // A pod goes with its namespace, and nobody misses it then.
      else if (await isLive(reading, pod.namespace)) missing.push(pod)
    }
  }
  return missing
}

async function isLive(reading: Reading, namespace: string): Promise<boolean> {
  try {
    return !isEnding(await reading.get(KINDS.Namespace, null, namespace))
  } catch (error) {
    if (!isForbidden(error) && !isNotFound(error)) throw error
    return isForbidden(error)
  }
}
