/** Reads workloads with their revisions and pods, so that it can be judged how their rollouts stand. */

import { ApiError } from '../kubernetes/api-error.ts'
import type { ClusterReader, KubernetesObject } from '../kubernetes/cluster.ts'
import type {
  RolloutKind,
  RolloutPod,
  RolloutRevision,
  RolloutSight,
  RolloutSubject,
} from '../snapshot/rollout.ts'
import { selectorOf } from './fix-scope/workload-template.ts'
import { controllerUidOf, narrowRevision, narrowRolloutPod, narrowRolloutWorkload } from './narrow/rollout.ts'

/** Where the API keeps each kind. */
const PLACES: Record<RolloutKind, [prefix: string, resource: string]> = {
  Deployment: ['/apis/apps/v1', 'deployments'],
  StatefulSet: ['/apis/apps/v1', 'statefulsets'],
  DaemonSet: ['/apis/apps/v1', 'daemonsets'],
  ReplicaSet: ['/apis/apps/v1', 'replicasets'],
  ReplicationController: ['/api/v1', 'replicationcontrollers'],
  Job: ['/apis/batch/v1', 'jobs'],
  CronJob: ['/apis/batch/v1', 'cronjobs'],
  Pod: ['/api/v1', 'pods'],
}

/** What the revisions of a kind are kept in; the other kinds have none. */
const REVISIONS: Partial<Record<RolloutKind, [prefix: string, resource: string]>> = {
  Deployment: ['/apis/apps/v1', 'replicasets'],
  DaemonSet: ['/apis/apps/v1', 'controllerrevisions'],
  CronJob: ['/apis/batch/v1', 'jobs'],
}

/** Whether a kind's pods can be judged. */
export function isRolloutKind(kind: string): kind is RolloutKind {
  return Object.hasOwn(PLACES, kind)
}

/** The subject as it is now: pods last, so that their owners are known. @throws ApiError where it or its pods can't be read */
export async function readRollout(
  cluster: ClusterReader,
  subject: RolloutSubject,
  signal?: AbortSignal,
): Promise<RolloutSight> {
  const options = signal ? { signal } : {}
  const [prefix, resource] = PLACES[subject.kind]
  const object = await cluster
    .get(`${prefix}/namespaces/${subject.namespace}/${resource}/${subject.name}`, options)
    .catch(error => {
      if (error instanceof ApiError && error.status === 404) return null
      throw error
    })
  const workload = object === null ? null : narrowRolloutWorkload(object, subject.kind)
  if (object === null || workload === null) return { workload: null, revisions: [], pods: [] }
  if (subject.kind === 'Pod') return { workload, revisions: [], pods: narrowed([object]) }
  const listing = { ...options, limit: 500, ...selectorIn(object, subject.kind) }
  const revisions = await readRevisions(cluster, subject, workload.uid, listing)
  const pods: KubernetesObject[] = []
  await cluster.list(`/api/v1/namespaces/${subject.namespace}/pods`, listing, pod => void pods.push(pod))
  return { workload, revisions, pods: narrowed(pods) }
}

function selectorIn(object: KubernetesObject, kind: RolloutKind): { labelSelector?: string } {
  const selector = selectorOf(kind, object.spec ?? {})
  return selector === null || selector === '' ? {} : { labelSelector: selector }
}

function narrowed(pods: KubernetesObject[]): RolloutPod[] {
  return pods.flatMap(pod => narrowRolloutPod(pod) ?? [])
}

/** null where they may not be read: then nothing tells old pods from new ones. */
async function readRevisions(
  cluster: ClusterReader,
  { kind, namespace }: RolloutSubject,
  uid: string,
  listing: { labelSelector?: string; limit: number; signal?: AbortSignal },
): Promise<RolloutRevision[] | null> {
  const place = REVISIONS[kind]
  if (place === undefined) return []
  const found: RolloutRevision[] = []
  try {
    await cluster.list(`${place[0]}/namespaces/${namespace}/${place[1]}`, listing, object => {
      const revision = controllerUidOf(object) === uid ? narrowRevision(object) : null
      if (revision !== null) found.push(revision)
    })
    return found
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return null
    throw error
  }
}
