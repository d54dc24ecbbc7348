/** Takes a snapshot of a live cluster. Only reads; every request that fails becomes a gap or an error, never a short list. */

import { UsageError } from '../../errors.ts'
import type { ClusterReader } from '../../kubernetes/api/cluster.ts'
import { KINDS } from '../../kubernetes/api/kinds.ts'
import { redact } from '../../secrecy/redact.ts'
import type { Snapshot } from '../../snapshot/snapshot.ts'
import { isForbidden, isNotFound, uniqueGaps } from '../gap.ts'
import { markReportedMissing } from '../missing-secrets.ts'
import { narrowPod } from '../narrow/pod.ts'
import { didYouMean, nearNames } from '../near-names.ts'
import { NoSuchPod, type Scope } from '../snapshot-scope.ts'
import { pickSuspects } from '../suspects.ts'
import { readEvents } from './events.ts'
import { assertExists, readEverywhere, readNamespaces, type ScopePods } from './namespaces.ts'
import type { VisitOwner } from './owners.ts'
import { type Progress, Reading } from './reading.ts'
import { readRelatedObjects, type VisitPullSecret } from './related-objects.ts'

export interface ClusterOptions {
  /** ISO 8601. */
  takenAt: string
  onProgress?: (progress: Progress) => void
  /** Receives the controllers above the pods in full, so that they need not be read again. */
  onOwner?: VisitOwner
  /** Receives each pull secret as the server sent it, with its content: never print it. */
  onPullSecret?: VisitPullSecret
  signal?: AbortSignal
}

/**
 * Reads the failing pods in scope, their events, and the objects they reference. `scope.pod` is read even if healthy; if it is forbidden, there are no pods.
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

/** The pod and its events; a gap if it is forbidden. @throws NoSuchPod; ApiError */
async function readPod(reading: Reading, namespace: string, name: string): Promise<ScopePods> {
  try {
    const [raw, events] = await Promise.all([
      reading.get(KINDS.Pod, namespace, name),
      readEvents(reading, namespace, name),
    ])
    const pod = narrowPod(raw)
    return { count: 1, pods: pod === null ? [] : [pod], events }
  } catch (error) {
    if (isNotFound(error)) throw await noSuchPod(reading, namespace, name)
    if (!isForbidden(error)) throw error
    reading.recordGap(error, KINDS.Pod, namespace)
    return { count: 0, pods: [], events: [] }
  }
}

async function noSuchPod(reading: Reading, namespace: string, name: string): Promise<NoSuchPod> {
  const names = await podNames(reading, namespace)
  if (names.length === 0) await assertExists(reading, namespace).catch(asNoSuchPod)
  const near = nearNames(name, names)
  const hint = near.length > 0 ? didYouMean(near) : `\`kubectl get pods -n ${namespace}\` lists them.`
  return new NoSuchPod(`Pod "${name}" not found in namespace "${namespace}": ${hint}`)
}

function asNoSuchPod(error: unknown): never {
  throw error instanceof UsageError ? new NoSuchPod(error.message) : error
}

/** Only for a hint, so errors are ignored. */
async function podNames(reading: Reading, namespace: string): Promise<string[]> {
  const names: string[] = []
  try {
    await reading.podTable(
      namespace,
      ({ cells }) => names.push(String(cells[0])),
      ({ metadata }) => names.push(metadata.name),
    )
    return names
  } catch {
    return []
  }
}
