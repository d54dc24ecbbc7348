/** Reads what a fix must know beyond the diagnosis: the namespaces, service accounts, Secrets and workloads it may write to. */

import type { ClusterReader } from '../../kubernetes/api/cluster.ts'
import { KINDS } from '../../kubernetes/api/kinds.ts'
import type { FixScope, InterruptedPod, PodToRestore } from '../../snapshot/fix-scope.ts'
import { isForbidden, isNotFound, uniqueGaps } from '../gap.ts'
import { readAccounts } from './fix-accounts.ts'
import { isEnding, readScopeNamespaces } from './fix-namespaces.ts'
import type { FixScopeOptions } from './fix-scope-options.ts'
import { readSecretsNamed } from './fix-secrets.ts'
import { readWorkloads } from './fix-workloads.ts'
import { Reading } from './reading.ts'

/** Reads the scope; what can't be read is a gap. @throws ApiError where even the namespaces can't be read */
export async function readFixScope(
  cluster: ClusterReader,
  options: FixScopeOptions,
): Promise<Omit<FixScope, 'clusterUid'>> {
  const reading = new Reading(cluster, options.signal ? { signal: options.signal } : {})
  const namespaces = await readScopeNamespaces(reading, options)
  const live = namespaces.filter(({ terminating }) => !terminating).map(({ name }) => name)
  const wide = options.namespaces === null && !reading.gaps.some(({ why }) => why === 'forbidden')
  const scope = { namespaces: live, wide }
  const pods = options.pods.filter(({ namespace }) => live.includes(namespace))
  const [serviceAccounts, secrets, owners, interruptedPods] = await Promise.all([
    readAccounts(reading, scope, options),
    readSecretsNamed(reading, scope, options),
    readWorkloads(reading, { ...options, pods }),
    stillMissing(reading, options),
  ])
  return { namespaces, serviceAccounts, secrets, ...owners, interruptedPods, gaps: uniqueGaps(reading.gaps) }
}

/** Of the bare pods that an interrupted fix took away those that are not there or have not ended yet, in namespaces that are. What can't be read is a gap. @throws ApiError where no answer comes */
async function stillMissing(
  reading: Reading,
  { interruptedPods: pods, onPodBack }: FixScopeOptions,
): Promise<PodToRestore[]> {
  const missing: PodToRestore[] = []
  for (const pod of pods) {
    try {
      const found = await reading.get(KINDS.Pod, pod.namespace, pod.name)
      const ending = endingOf(found, pod)
      if (ending === null) onPodBack?.(pod, found.metadata.uid)
      else if (await isLive(reading, pod.namespace)) missing.push({ ...pod, ending })
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
function endingOf({ metadata }: PodObject, { uid }: InterruptedPod): PodToRestore['ending'] {
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
