/** Takes a snapshot of a live cluster. Only reads; every request that fails becomes a gap or an error, never a short list. */

import type { ClusterReader, KubernetesObject } from '../kubernetes/cluster.ts'
import { redact } from '../secrecy/redact.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { readEverywhere, readNamespaces, type ScopePods } from './cluster/areas.ts'
import { readPod } from './cluster/one-pod.ts'
import { type Progress, type Reading, startReading } from './cluster/reading.ts'
import { readSurroundings } from './cluster/surroundings.ts'
import { uniqueGaps } from './gap.ts'
import type { Scope } from './scope.ts'
import { byNamespaceAndName, byPodAndTime, eventsOf, groupByPod, isWorthALook } from './worth-a-look.ts'

export interface ClusterOptions {
  /** ISO 8601. */
  takenAt: string
  onProgress?: (progress: Progress) => void
  /** Gets each pull secret that is read, as it is. */
  onPullSecret?: (secret: KubernetesObject) => void
  signal?: AbortSignal
}

/**
 * Reads the failing pods in scope, their events, and what they name; the one of `scope.pod` also if it is healthy, none where it may not be read.
 * @throws ApiError where no pods can be read at all; UsageError for a namespace or pod that does not exist
 */
export async function readCluster(
  cluster: ClusterReader,
  scope: Scope,
  options: ClusterOptions,
): Promise<Snapshot> {
  const { takenAt, ...watching } = options
  const { labelSelector } = scope
  const reading = startReading(cluster, {
    ...watching,
    ...(labelSelector === undefined ? {} : { labelSelector }),
  })
  const found = await readScope(reading, scope)
  const byPod = groupByPod(found.events)
  const pods = found.pods
    .filter(pod => scope.pod !== undefined || isWorthALook(pod, byPod))
    .sort(byNamespaceAndName)
  const surroundings = await readSurroundings(reading, pods)
  return {
    takenAt,
    source: { type: 'cluster', context: cluster.context, server: redact(cluster.server) },
    scope: { namespaces: scope.namespaces, labelSelector: labelSelector ?? null },
    podCount: found.count,
    pods,
    events: pods.flatMap(pod => eventsOf(pod, byPod)).sort(byPodAndTime),
    ...surroundings,
    imageChecks: [],
    gaps: uniqueGaps(reading.gaps),
  }
}

function readScope(reading: Reading, { namespaces, pod }: Scope): Promise<ScopePods> {
  if (pod !== undefined) return readPod(reading, namespaces?.[0] ?? reading.cluster.namespace, pod)
  return namespaces === null ? readEverywhere(reading) : readNamespaces(reading, namespaces)
}
