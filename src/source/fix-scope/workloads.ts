/** Reads the pod templates behind stuck pods: each topmost built-in controller, once. */

import { ApiError } from '../../kubernetes/api-error.ts'
import { AT_ONCE, bounded } from '../../kubernetes/bounded.ts'
import type { ClusterReader, KubernetesObject } from '../../kubernetes/cluster.ts'
import type { FixScope, ScopeController, ScopeJob, ScopeWorkload } from '../../snapshot/fix-scope.ts'
import type { ControllerReference, Pod } from '../../snapshot/pod.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import { gapOf } from './gap.ts'
import { failsItsIndex, jobFailures } from './job-failures.ts'
import type { FixScopeOptions } from './options.ts'
import { runningImages } from './running-images.ts'
import { entriesOf } from './service-accounts.ts'
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
    const answer = known.get(owner.uid) ?? readOwner(cluster, namespace, owner, gaps)
    known.set(owner.uid, answer)
    return answer
  }
  await bounded(options.pods, AT_ONCE, async pod => {
    const top = await climb(cluster, pod, read, direct)
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

async function climb(cluster: ClusterReader, pod: Pod, read: Read, direct: Direct): Promise<Top | null> {
  const chain: Top[] = []
  let owner = pod.controller
  while (owner && `${owner.apiVersion} ${owner.kind}` in PLURALS) {
    const object = await read(pod.namespace, owner)
    // Without the owner's own word on who is above it, its template may belong to somebody else.
    if (!object) return null
    chain.push({ object, owner })
    owner = controllerOf(object)
  }
  const [first, above] = chain
  if (first) await note(cluster, first, above ?? null, pod, direct)
  return chain.at(-1) ?? null
}

async function note(
  cluster: ClusterReader,
  first: Top,
  above: Top | null,
  pod: Pod,
  { controllers, jobs }: Direct,
): Promise<void> {
  const { uid, kind } = first.owner
  const { imagePullSecrets } = narrowed(first, pod)
  const outgoing = above !== null && isOutgoing(first.object, above)
  const known = controllers.get(uid)
  const partition = known ? known.partition : await partitionOf(cluster, first, pod)
  controllers.set(uid, { uid, imagePullSecrets, outgoing, partition })
  if (kind !== 'Job') return
  const job = jobs.get(uid) ?? jobFailures(first.object)
  jobs.set(uid, job)
  if (await failsItsIndex(cluster, first.object, pod)) job.doomed.push(pod.uid)
}

const REVISION = 'deployment.kubernetes.io/revision'

/** A paused Deployment keeps the pods of both revisions until it is resumed. */
function isOutgoing(set: KubernetesObject, { object, owner }: Top): boolean {
  const [own, newest] = [set, object].map(
    ({ metadata }) => (metadata as { annotations?: Record<string, string> }).annotations?.[REVISION],
  )
  const { paused } = object.spec as { paused?: boolean }
  return (
    owner.kind === 'Deployment' &&
    paused !== true &&
    own !== undefined &&
    newest !== undefined &&
    own !== newest
  )
}

/** While a partition holds them back, pods of lower numbers are made from the revision before, which a ControllerRevision keeps. */
async function partitionOf(
  cluster: ClusterReader,
  { object, owner }: Top,
  { namespace }: Pod,
): Promise<ScopeController['partition']> {
  if (owner.kind !== 'StatefulSet') return null
  const { updateStrategy, ordinals } = object.spec as StatefulSetSpec
  const { currentRevision, updateRevision } = (object.status ?? {}) as Record<string, string | undefined>
  const partition = updateStrategy?.rollingUpdate?.partition ?? 0
  if (partition === 0 || currentRevision === undefined || currentRevision === updateRevision) return null
  const path = `/apis/apps/v1/namespaces/${namespace}/controllerrevisions/${currentRevision}`
  const earlier = await cluster.get(path).catch(error => {
    if (error instanceof ApiError && (error.status === 403 || error.status === 404)) return null
    throw error
  })
  const { spec } = (earlier?.data ?? {}) as { spec?: { template?: { spec?: KubernetesObject } } }
  const secrets = entriesOf(spec?.template?.spec?.imagePullSecrets)
  const below = (ordinals?.start ?? 0) + partition
  return { below, imagePullSecrets: secrets?.length ? secrets : null }
}

interface StatefulSetSpec {
  updateStrategy?: { rollingUpdate?: { partition?: number } }
  ordinals?: { start?: number }
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
  const path = `${PLURALS[`${apiVersion} ${kind}`]?.replace('NS', namespace)}/${name}`
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

function order({ namespace, kind, name }: ScopeWorkload): string {
  return `${namespace}/${kind}/${name}`
}
