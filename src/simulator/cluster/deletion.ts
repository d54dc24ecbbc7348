/** How pods go: at once if no node has them or they are done, else by way of deletionTimestamp and the kubelet. */

import type { Cluster } from './cluster.ts'
import { kindNamed } from './kinds.ts'
import { type ApiObject, asPod } from './objects.ts'

/** Starts or finishes a pod's deletion; returns the object as the API server answers it. A dry run only shows it. */
export function deletePod(
  cluster: Cluster,
  object: ApiObject,
  { gracePeriodSeconds: grace, dryRun = false }: { gracePeriodSeconds?: number; dryRun?: boolean },
): ApiObject {
  const pod = asPod(object)
  const finished = ['Succeeded', 'Failed'].includes(pod.status.phase ?? '')
  const seconds =
    !pod.spec.nodeName || finished ? 0 : (grace ?? Number(pod.spec.terminationGracePeriodSeconds ?? 30))
  const leaving: ApiObject = {
    ...object,
    metadata: {
      ...object.metadata,
      generation: (object.metadata.generation ?? 0) + 1,
      // The moment at which it is over at the latest.
      deletionTimestamp: object.metadata.deletionTimestamp ?? cluster.clock.timestamp(seconds),
      deletionGracePeriodSeconds: seconds,
    },
  }
  if (dryRun) return leaving
  const kind = kindNamed('Pod')
  const held = (object.metadata.finalizers ?? []).length > 0
  return seconds === 0 && !held ? cluster.store.remove(kind, leaving) : cluster.store.put(kind, leaving)
}
