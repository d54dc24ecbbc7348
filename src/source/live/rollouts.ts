/** Reads workloads with their revisions and pods, from which the state of a rollout is judged. */

import type { ClusterReader, KubernetesObject } from '../../kubernetes/api/cluster.ts'
import { type ControllerObject, KINDS, type Kind } from '../../kubernetes/api/kinds.ts'
import type {
  RolloutKind,
  RolloutPod,
  RolloutRevision,
  RolloutSight,
  RolloutSubject,
} from '../../snapshot/rollout.ts'
import { isForbidden, isNotFound } from '../gap.ts'
import {
  controllerUidOf,
  narrowRevision,
  narrowRolloutPod,
  narrowRolloutWorkload,
} from '../narrow/rollout.ts'
import { selectorOf } from '../narrow/workload.ts'
import { Reading } from './reading.ts'

/** The kind that stores the revisions of a workload kind; the other kinds have no revisions. */
const REVISIONS: Partial<Record<RolloutKind, Kind<unknown>>> = {
  Deployment: KINDS.ReplicaSet,
  DaemonSet: KINDS.ControllerRevision,
  CronJob: KINDS.Job,
}

/** The current state of the workload. Pods are read last, so that their owners are known. @throws ApiError if it or its pods can't be read */
export async function readRollout(
  cluster: ClusterReader,
  subject: RolloutSubject,
  signal?: AbortSignal,
): Promise<RolloutSight> {
  const { kind, namespace, name } = subject
  const reading = new Reading(cluster, signal ? { signal } : {})
  const object = await reading.get(KINDS[kind] as Kind<KubernetesObject>, namespace, name).catch(error => {
    if (isNotFound(error)) return null
    throw error
  })
  const workload = object === null ? null : narrowRolloutWorkload(object, kind)
  if (object === null || workload === null) return { workload: null, revisions: [], pods: [] }
  if (kind === 'Pod') return { workload, revisions: [], pods: narrowed([object]) }
  const selector = selectorOf(kind, object.spec as ControllerObject['spec'])
  const listing = { limit: 500, ...(selector ? { labelSelector: selector } : {}) }
  const revisions = await readRevisions(reading, subject, workload.uid, listing)
  const pods: unknown[] = []
  await reading.list(KINDS.Pod, namespace, listing, pod => void pods.push(pod))
  return { workload, revisions, pods: narrowed(pods) }
}

function narrowed(pods: unknown[]): RolloutPod[] {
  return pods.flatMap(pod => narrowRolloutPod(pod) ?? [])
}

/** null if they are forbidden: then old and new pods can't be distinguished. */
async function readRevisions(
  reading: Reading,
  { kind, namespace }: RolloutSubject,
  uid: string,
  listing: { labelSelector?: string; limit: number },
): Promise<RolloutRevision[] | null> {
  const kept = REVISIONS[kind]
  if (kept === undefined) return []
  const found: RolloutRevision[] = []
  try {
    await reading.list(kept, namespace, listing, object => {
      const revision = controllerUidOf(object) === uid ? narrowRevision(object) : null
      if (revision !== null) found.push(revision)
    })
    return found
  } catch (error) {
    if (isForbidden(error)) return null
    throw error
  }
}
