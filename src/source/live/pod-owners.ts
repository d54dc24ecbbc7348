/** Reads who really makes the pods that a plan names: what a file says of them may be anything. */

import type { ClusterReader } from '../../kubernetes/api/cluster.ts'
import { KINDS } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import { narrowPod } from '../narrow/pod.ts'
import { readWorkloads } from './fix-workloads.ts'
import { Reading } from './reading.ts'

export interface PodOwners {
  controllerUid: string | null
  /** The topmost; null where there is none that could be read. */
  workload: { kind: string; name: string; uid: string } | null
}

/** By the pods' uids; pods that are gone are left out. @throws ApiError */
export async function readPodOwners(
  cluster: ClusterReader,
  names: { namespace: string; name: string }[],
  signal: AbortSignal,
): Promise<Map<string, PodOwners>> {
  const reading = new Reading(cluster, { signal })
  const found = await bounded(names, AT_ONCE, ({ namespace, name }) =>
    reading.find(KINDS.Pod, namespace, name),
  )
  const pods = found.flatMap(pod => (pod && narrowPod(pod)) ?? [])
  const { workloads } = await readWorkloads(reading, {
    namespaces: null,
    excluded: [],
    secretName: '',
    wanted: null,
    pods,
    runningImages: false,
    interruptedPods: [],
  })
  return new Map(
    pods.map(({ uid, controller }) => {
      const top = workloads.find(({ podUids }) => podUids.includes(uid))
      const workload = top ? { kind: top.kind, name: top.name, uid: top.uid } : null
      return [uid, { controllerUid: controller?.uid ?? null, workload }]
    }),
  )
}
