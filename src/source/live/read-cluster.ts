/** Takes a snapshot of a live cluster. Only reads; every request that fails becomes a gap or an error, never a short list. */

import type { ClusterReader } from '../../kubernetes/api/cluster.ts'
import { redact } from '../../secrecy/redact.ts'
import type { Snapshot } from '../../snapshot/snapshot.ts'
import { uniqueGaps } from '../gap.ts'
import { markReportedMissing } from '../missing-secrets.ts'
import type { Scope } from '../snapshot-scope.ts'
import { pickSuspects } from '../suspects.ts'
import { readEverywhere, readNamespaces, type ScopePods } from './namespaces.ts'
import { readPod } from './one-pod.ts'
import type { VisitOwner } from './owners.ts'
import { type Progress, Reading } from './reading.ts'
import { readRelatedObjects, type VisitPullSecret } from './related-objects.ts'

export interface ClusterOptions {
  /** ISO 8601. */
  takenAt: string
  onProgress?: (progress: Progress) => void
  /** Gets the controllers above the pods, in full, so that nobody needs to read them again. */
  onOwner?: VisitOwner
  /** Gets each pull secret as it is: to be kept from every output. */
  onPullSecret?: VisitPullSecret
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
  const { takenAt, onOwner, onPullSecret, ...watching } = options
  const { labelSelector } = scope
  const reading = new Reading(cluster, {
    ...watching,
    takenAt,
    ...(labelSelector === undefined ? {} : { labelSelector }),
  })
  const found = await readScope(reading, scope)
  const { failing, pods, events } = pickSuspects(found, { takenAt, isNamed: scope.pod !== undefined })
  const related = await readRelatedObjects(reading, failing, {
    ...(onOwner && { onOwner }),
    ...(onPullSecret && { onPullSecret }),
  })
  return {
    takenAt,
    source: { type: 'cluster', context: cluster.context, server: redact(cluster.server) },
    scope: { namespaces: scope.namespaces, labelSelector: labelSelector ?? null },
    podCount: found.count,
    pods,
    events,
    ...related,
    pullSecrets: markReportedMissing(related.pullSecrets, events),
    imageChecks: [],
    gaps: uniqueGaps(reading.gaps),
  }
}

function readScope(reading: Reading, { namespaces, pod }: Scope): Promise<ScopePods> {
  if (pod !== undefined) return readPod(reading, namespaces?.[0] ?? reading.namespace, pod)
  return namespaces === null ? readEverywhere(reading) : readNamespaces(reading, namespaces)
}
