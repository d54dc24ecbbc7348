/** Takes a snapshot of a live cluster. Only reads; every request that fails becomes a gap or an error, never a short list. */

import { UsageError } from '../errors.ts'
import type { ClusterReader } from '../kubernetes/cluster.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { readEverywhere, readNamespaces, type ScopePods } from './cluster/areas.ts'
import { readEvents } from './cluster/events.ts'
import { type Progress, pathOf, type Reading, startReading } from './cluster/reading.ts'
import { readSurroundings } from './cluster/surroundings.ts'
import { isNotFound, uniqueGaps } from './gap.ts'
import { narrowPod } from './narrow/pod.ts'
import { redact } from './redact.ts'
import type { Scope } from './scope.ts'
import { byNamespaceAndName, byPodAndTime, eventsOf, groupByPod, isWorthALook } from './worth-a-look.ts'

export interface ClusterOptions {
  /** ISO 8601. */
  takenAt: string
  onProgress?: (progress: Progress) => void
  signal?: AbortSignal
}

/**
 * Reads the failing pods in scope, their events, and what they name; the one of `scope.pod` also if it is healthy.
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
    gaps: uniqueGaps(reading.gaps),
  }
}

function readScope(reading: Reading, { namespaces, pod }: Scope): Promise<ScopePods> {
  if (pod !== undefined) return readPod(reading, namespaces?.[0] ?? reading.cluster.namespace, pod)
  return namespaces === null ? readEverywhere(reading) : readNamespaces(reading, namespaces)
}

async function readPod(reading: Reading, namespace: string, name: string): Promise<ScopePods> {
  try {
    const path = `${pathOf('/api/v1', namespace, 'pods')}/${encodeURIComponent(name)}`
    const [raw, events] = await Promise.all([
      reading.cluster.get(path, reading.abort),
      readEvents(reading, namespace, name),
    ])
    const pod = narrowPod(raw)
    return { count: 1, pods: pod === null ? [] : [pod], events }
  } catch (error) {
    if (!isNotFound(error)) throw error
    throw new UsageError(
      `There is no pod "${name}" in namespace "${namespace}": \`kubectl get pods -n ${namespace}\` lists them.`,
    )
  }
}
