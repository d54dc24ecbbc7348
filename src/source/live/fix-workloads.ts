/** Reads the pod templates of stuck pods: each topmost built-in controller, once; and how many more pods a Job can lose. */

import type { V1ContainerStatus } from '@kubernetes/client-node'
import { rethrowUnlessApiError } from '../../kubernetes/api/api-error.ts'
import { type ControllerObject, controllerKind, KINDS, type ModelOf } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import { once } from '../../network/once.ts'
import { byText } from '../../order.ts'
import type {
  FixObjects,
  ScopeContainer,
  ScopeController,
  ScopeJob,
  ScopeWorkload,
} from '../../snapshot/fix-objects.ts'
import { climbReading } from '../../snapshot/owners.ts'
import type { ControllerReference, Pod } from '../../snapshot/pod.ts'
import { narrowController } from '../narrow/controller.ts'
import { deploymentRevision } from '../narrow/marks.ts'
import { narrowPod } from '../narrow/pod.ts'
import { narrowSecretList, narrowWorkload, templateLabels } from '../narrow/workload-to-fix.ts'
import { failsItsIndex, jobFailures } from './job-failures.ts'
import type { PodsToFix } from './pods-to-fix.ts'
import type { Reading } from './reading.ts'

export interface WorkloadOptions {
  /** Stuck pods. */
  pods: Pod[]
  /** Controllers that were already read in full, by uid. */
  controllers?: ReadonlyMap<string, ControllerObject>
  /** Whether to read the digests of running images. */
  runningImages: boolean
  /** null: all workloads of these pods are in scope. */
  podsToFix?: PodsToFix | null
}

/** Returns the workloads of the stuck pods, and their direct controllers. */
export async function readWorkloads(
  reading: Reading,
  options: WorkloadOptions,
): Promise<Pick<FixObjects, 'workloads' | 'controllers' | 'jobs'>> {
  const known = new Map<string, Promise<ControllerObject | null>>()
  const workloads = new Map<string, ScopeWorkload>()
  const direct: DirectControllers = { controllers: new Map(), jobs: new Map() }
  const read = (namespace: string, owner: ControllerReference) => {
    // An ownerReference is untrusted: its uid counts only if the owner's name and namespace match too.
    const key = `${namespace}/${owner.kind}/${owner.name} ${owner.uid}`
    const seen = options.controllers?.get(owner.uid)
    const same = seen?.metadata.namespace === namespace && seen.metadata.name === owner.name
    const kind = controllerKind(owner)
    return once(known, key, async () =>
      seen && same ? seen : kind && reading.find(kind, namespace, owner.name),
    )
  }
  await bounded(options.pods, AT_ONCE, async pod => {
    const top = await readTop(reading, pod, read, direct)
    if (!top) return
    const selected = options.podsToFix?.selects?.(templateLabels(top.object)) ?? true
    const workload = { ...narrowed(top, pod), selected }
    const entry = workloads.get(workload.uid) ?? workload
    entry.podUids.push(pod.uid)
    workloads.set(workload.uid, entry)
  })
  const found = [...workloads.values()].sort(byText(sortKey))
  if (options.runningImages) await bounded(found, AT_ONCE, workload => addRunningImages(reading, workload))
  return { workloads: found, controllers: [...direct.controllers.values()], jobs: [...direct.jobs.values()] }
}

type Read = (namespace: string, owner: ControllerReference) => Promise<ControllerObject | null>

interface TopController {
  object: ControllerObject
  owner: ControllerReference
}

/** The direct controllers, by uid. */
interface DirectControllers {
  controllers: Map<string, ScopeController>
  jobs: Map<string, ScopeJob>
}

async function readTop(
  reading: Reading,
  pod: Pod,
  read: Read,
  direct: DirectControllers,
): Promise<TopController | null> {
  const readOwner = async (owner: ControllerReference) => {
    const object = await read(pod.namespace, owner)
    return (
      object && { object, owner, uid: object.metadata.uid, controller: narrowController(object.metadata) }
    )
  }
  const { steps, end } = await climbReading(
    pod.controller,
    readOwner,
    owner => controllerKind(owner) !== null,
  )
  // If an owner can't be read, another controller above it may manage the template.
  if (end !== 'topmost') return null
  const chain = steps.flatMap(({ object }) => object ?? [])
  const [first, above = null] = chain
  if (first) await recordController(reading, { first, above, pod }, direct)
  return chain.at(-1) ?? null
}

interface ControllerChain {
  first: TopController
  above: TopController | null
  pod: Pod
}

async function recordController(
  reading: Reading,
  { first, above, pod }: ControllerChain,
  { controllers, jobs }: DirectControllers,
): Promise<void> {
  const { uid, kind } = first.owner
  const { imagePullSecrets } = narrowed(first, pod)
  const outgoing = above !== null && isOutgoing(first.object, above)
  const known = controllers.get(uid)
  const partition = known ? known.partition : await partitionOf(reading, first, pod)
  controllers.set(uid, { uid, imagePullSecrets, outgoing, partition })
  if (kind !== 'Job') return
  const job = jobs.get(uid) ?? jobFailures(first.object)
  jobs.set(uid, job)
  if (await failsItsIndex(reading, first.object, pod)) job.doomed.push(pod.uid)
}

/** A paused Deployment keeps the pods of both revisions until it is resumed. */
function isOutgoing({ metadata }: ControllerObject, { object, owner }: TopController): boolean {
  const own = deploymentRevision(metadata)
  const newest = deploymentRevision(object.metadata)
  const { spec } = object
  const paused = spec !== undefined && 'paused' in spec && spec.paused === true
  const areBothKnown = own !== null && newest !== null
  return owner.kind === 'Deployment' && !paused && areBothKnown && own !== newest
}

/** Returns a StatefulSet's partition during an update: pods below it still get the previous revision, from its ControllerRevision. */
async function partitionOf(
  reading: Reading,
  { object, owner }: TopController,
  { namespace }: Pod,
): Promise<ScopeController['partition']> {
  if (owner.kind !== 'StatefulSet') return null
  const { spec, status } = object as ModelOf<typeof KINDS.StatefulSet>
  const { currentRevision, updateRevision } = status ?? {}
  const partition = spec?.updateStrategy?.rollingUpdate?.partition ?? 0
  if (partition === 0 || currentRevision === undefined || currentRevision === updateRevision) return null
  const earlier = await reading.find(KINDS.ControllerRevision, namespace, currentRevision)
  const data = earlier?.data as {
    spec?: { template?: { spec?: { imagePullSecrets?: { name?: string }[] } } }
  }
  const secrets = narrowSecretList(data?.spec?.template?.spec?.imagePullSecrets)
  const below = (spec?.ordinals?.start ?? 0) + partition
  return { below, imagePullSecrets: secrets?.length ? secrets : null }
}

function narrowed({ object, owner }: TopController, { namespace }: Pod): ScopeWorkload {
  return narrowWorkload(object, owner, namespace)
}

function sortKey({ namespace, kind, name }: ScopeWorkload): string {
  return `${namespace}/${kind}/${name}`
}

/** Adds the digests of the template's images that its pods already run, so that a pin changes nothing. None if pods can't be listed. */
async function addRunningImages(reading: Reading, workload: ScopeWorkload): Promise<void> {
  if (workload.selector === null) return
  const options = { labelSelector: workload.selector }
  try {
    await reading.list(KINDS.Pod, workload.namespace, options, pod => {
      for (const container of workload.containers) {
        const id = imageIdIn(pod, container)
        if (id !== null && !container.runningImageIds.includes(id)) container.runningImageIds.push(id)
      }
    })
  } catch (error) {
    rethrowUnlessApiError(error)
  }
}

type PodObject = ModelOf<typeof KINDS.Pod>

function imageIdIn({ spec, status }: PodObject, { name, kind, image }: ScopeContainer): string | null {
  const isInit = kind === 'init'
  const written = (isInit ? spec?.initContainers : spec?.containers)?.find(one => one.name === name)
  if (written?.image !== image) return null
  const seen: Pick<V1ContainerStatus, 'name' | 'imageID'>[] | undefined = isInit
    ? status?.initContainerStatuses
    : status?.containerStatuses
  return seen?.find(one => one.name === name)?.imageID || null
}

export interface PodOwners {
  controllerUid: string | null
  /** The topmost controller; null if there is none that could be read. */
  workload: { kind: string; name: string; uid: string } | null
}

/**
 * Returns the controllers of the pods in a saved plan, by the pods' uids, because what the file says about them is not trusted. Pods that
 * no longer exist are omitted. @throws ApiError
 */
export async function readPodOwners(
  reading: Reading,
  names: { namespace: string; name: string }[],
): Promise<Map<string, PodOwners>> {
  const found = await bounded(names, AT_ONCE, ({ namespace, name }) =>
    reading.find(KINDS.Pod, namespace, name),
  )
  const pods = found.flatMap(pod => (pod && narrowPod(pod)) ?? [])
  const { workloads } = await readWorkloads(reading, { pods, runningImages: false })
  return new Map(
    pods.map(({ uid, controller }) => {
      const top = workloads.find(({ podUids }) => podUids.includes(uid))
      const workload = top ? { kind: top.kind, name: top.name, uid: top.uid } : null
      return [uid, { controllerUid: controller?.uid ?? null, workload }]
    }),
  )
}
