/** Reads the pod templates behind stuck pods: each topmost built-in controller, once. */

import { ApiError } from '../../kubernetes/api-error.ts'
import { AT_ONCE, bounded } from '../../kubernetes/bounded.ts'
import type { ClusterReader, KubernetesObject } from '../../kubernetes/cluster.ts'
import type { FixScope, ScopeController, ScopeJob, ScopeWorkload } from '../../snapshot/fix-scope.ts'
import type { ControllerReference, Pod } from '../../snapshot/pod.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import { gapOf } from './gap.ts'
import type { FixScopeOptions } from './options.ts'
import { runningImages } from './running-images.ts'
import { narrowWorkload } from './workload-template.ts'

/** Kinds with a pod template that pullguard knows, and where the API keeps them. */
const PLURALS: Record<string, string> = {
  'apps/v1 Deployment': '/apis/apps/v1/namespaces/NS/deployments',
  'apps/v1 StatefulSet': '/apis/apps/v1/namespaces/NS/statefulsets',
  'apps/v1 DaemonSet': '/apis/apps/v1/namespaces/NS/daemonsets',
  'apps/v1 ReplicaSet': '/apis/apps/v1/namespaces/NS/replicasets',
  'batch/v1 Job': '/apis/batch/v1/namespaces/NS/jobs',
  'batch/v1 CronJob': '/apis/batch/v1/namespaces/NS/cronjobs',
  'v1 ReplicationController': '/api/v1/namespaces/NS/replicationcontrollers',
}

/** The workloads of the stuck pods, and their direct controllers. */
export async function readWorkloads(
  cluster: ClusterReader,
  options: FixScopeOptions,
  gaps: Gap[],
): Promise<Pick<FixScope, 'workloads' | 'controllers' | 'jobs'>> {
  const known = new Map<string, Promise<KubernetesObject | null>>()
  const workloads = new Map<string, ScopeWorkload>()
  const direct: Direct = { controllers: new Map(), jobs: new Map() }
  const read = (namespace: string, owner: ControllerReference) => {
    // Anybody can write another's uid into a pod: what is not found under it must not count for the pods that really have that owner.
    const key = `${namespace}/${owner.kind}/${owner.name} ${owner.uid}`
    const answer = known.get(key) ?? readOwner(cluster, namespace, owner, gaps)
    known.set(key, answer)
    return answer
  }
  await bounded(options.pods, AT_ONCE, async pod => {
    const top = await climb(pod, read, direct)
    if (!top) return
    const workload = narrowed(top, pod)
    const entry = workloads.get(workload.uid) ?? workload
    entry.podUids.push(pod.uid)
    workloads.set(workload.uid, entry)
  })
  const found = [...workloads.values()].sort((one, other) => (order(one) < order(other) ? -1 : 1))
  if (options.runningImages) await bounded(found, AT_ONCE, workload => runningImages(cluster, workload))
  return { workloads: found, controllers: [...direct.controllers.values()], jobs: [...direct.jobs.values()] }
}

type Read = (namespace: string, owner: ControllerReference) => Promise<KubernetesObject | null>
interface Top {
  object: KubernetesObject
  owner: ControllerReference
}

/** By uid. */
interface Direct {
  controllers: Map<string, ScopeController>
  jobs: Map<string, ScopeJob>
}

async function climb(pod: Pod, read: Read, direct: Direct): Promise<Top | null> {
  let top: Top | null = null
  let owner = pod.controller
  const climbed = new Set<string>()
  // Owners that own each other have nobody at the top.
  while (owner && Object.hasOwn(PLURALS, `${owner.apiVersion} ${owner.kind}`)) {
    if (climbed.has(owner.uid)) return null
    climbed.add(owner.uid)
    const object = await read(pod.namespace, owner)
    // Without the owner's own word on who is above it, its template may belong to somebody else.
    if (!object) return null
    if (top === null) note({ object, owner }, pod, direct)
    top = { object, owner }
    owner = controllerOf(object)
  }
  return top
}

function note(top: Top, pod: Pod, { controllers, jobs }: Direct): void {
  const { uid, kind } = top.owner
  controllers.set(uid, { uid, imagePullSecrets: narrowed(top, pod).imagePullSecrets })
  if (kind === 'Job') jobs.set(uid, { uid, failuresLeft: failuresLeft(top.object) })
}

function narrowed({ object, owner }: Top, { namespace }: Pod): ScopeWorkload {
  return narrowWorkload(object, owner.kind, owner.apiVersion, namespace)
}

async function readOwner(
  cluster: ClusterReader,
  namespace: string,
  { apiVersion, kind, name, uid }: ControllerReference,
  gaps: Gap[],
): Promise<KubernetesObject | null> {
  const collection = PLURALS[`${apiVersion} ${kind}`]?.replace('NS', encodeURIComponent(namespace))
  const path = `${collection}/${encodeURIComponent(name)}`
  try {
    const object = await cluster.get(path)
    return (object.metadata as { uid: string }).uid === uid ? object : null
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null
    gaps.push(gapOf(path.split('/').at(-2) ?? kind, path, error))
    return null
  }
}

function controllerOf(object: KubernetesObject): ControllerReference | null {
  const { ownerReferences = [] } = object.metadata as {
    ownerReferences?: (ControllerReference & { controller?: boolean })[]
  }
  return ownerReferences.find(({ controller }) => controller === true) ?? null
}

/** backoffLimit counts failed pods; deleting a pod that has not succeeded makes it one (pkg/controller/job, isPodFailed). */
function failuresLeft(job: KubernetesObject): number {
  const { backoffLimit = 6 } = (job.spec ?? {}) as { backoffLimit?: number }
  const { failed = 0 } = (job.status ?? {}) as { failed?: number }
  return Math.max(0, backoffLimit - failed)
}

function order({ namespace, kind, name }: ScopeWorkload): string {
  return `${namespace}/${kind}/${name}`
}
