/** Reads the pod templates behind stuck pods: each topmost built-in controller, once. */

import type { V1ContainerStatus } from '@kubernetes/client-node'
import { type ControllerObject, controllerKind, KINDS } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import type {
  FixScope,
  ScopeContainer,
  ScopeController,
  ScopeJob,
  ScopeWorkload,
} from '../../snapshot/fix-scope.ts'
import type { ControllerReference, Pod } from '../../snapshot/pod.ts'
import { rethrowUnlessApiError } from '../gap.ts'
import { narrowController } from '../narrow/controller.ts'
import { narrowWorkload } from '../narrow/workload-template.ts'
import type { FixScopeOptions } from './fix-scope-options.ts'
import type { Reading } from './reading.ts'

/** The workloads of the stuck pods, and their direct controllers. */
export async function readWorkloads(
  reading: Reading,
  options: FixScopeOptions,
): Promise<Pick<FixScope, 'workloads' | 'controllers' | 'jobs'>> {
  const known = new Map<string, Promise<ControllerObject | null>>()
  const workloads = new Map<string, ScopeWorkload>()
  const direct: Direct = { controllers: new Map(), jobs: new Map() }
  const read = (namespace: string, owner: ControllerReference) => {
    // Anybody can write another's uid into a pod: only the owner of that name in the pod's own namespace is the pod's.
    const key = `${namespace}/${owner.kind}/${owner.name} ${owner.uid}`
    const seen = options.owners?.get(owner.uid)
    const same = seen?.metadata.namespace === namespace && seen.metadata.name === owner.name
    const answer =
      known.get(key) ?? (seen && same ? Promise.resolve(seen) : readOwner(reading, namespace, owner))
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
  if (options.runningImages) await bounded(found, AT_ONCE, workload => addRunningImages(reading, workload))
  return { workloads: found, controllers: [...direct.controllers.values()], jobs: [...direct.jobs.values()] }
}

type Read = (namespace: string, owner: ControllerReference) => Promise<ControllerObject | null>
interface Top {
  object: ControllerObject
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
  while (owner && controllerKind(owner)) {
    // Owners that own each other have nobody at the top.
    if (climbed.has(owner.uid)) return null
    climbed.add(owner.uid)
    const object = await read(pod.namespace, owner)
    // Without the owner's own word on who is above it, its template may belong to somebody else.
    if (!object) return null
    if (top === null) note({ object, owner }, pod, direct)
    top = { object, owner }
    owner = narrowController(object.metadata)
  }
  return top
}

function note(top: Top, pod: Pod, { controllers, jobs }: Direct): void {
  const { uid, kind } = top.owner
  controllers.set(uid, { uid, imagePullSecrets: narrowed(top, pod).imagePullSecrets })
  if (kind === 'Job') jobs.set(uid, { uid, failuresLeft: failuresLeft(top.object) })
}

function narrowed({ object, owner }: Top, { namespace }: Pod): ScopeWorkload {
  return narrowWorkload(object, owner, namespace)
}

/** null where it is not there, is another of the same name, or can't be read, which leaves a gap. */
async function readOwner(
  reading: Reading,
  namespace: string,
  owner: ControllerReference,
): Promise<ControllerObject | null> {
  const kind = controllerKind(owner)
  const object = kind && (await reading.find(kind, namespace, owner.name))
  return object?.metadata.uid === owner.uid ? object : null
}

/** backoffLimit counts failed pods; deleting a pod that has not succeeded makes it one (pkg/controller/job, isPodFailed). */
function failuresLeft({ spec, status }: ControllerObject): number {
  const allowed = spec !== undefined && 'backoffLimit' in spec ? spec.backoffLimit : undefined
  const failed = status !== undefined && 'failed' in status ? status.failed : undefined
  return Math.max(0, (allowed ?? 6) - (failed ?? 0))
}

function order({ namespace, kind, name }: ScopeWorkload): string {
  return `${namespace}/${kind}/${name}`
}

/**
 * Fills in the digests that pods run already, those of the very image of the template, so that a pin changes nothing about what runs.
 * Pods that can't be listed leave them empty.
 */
async function addRunningImages(reading: Reading, workload: ScopeWorkload): Promise<void> {
  if (workload.selector === null) return
  const options = { labelSelector: workload.selector, limit: 500 }
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

type PodObject = NonNullable<(typeof KINDS.Pod)['model']>

function imageIdIn({ spec, status }: PodObject, { name, kind, image }: ScopeContainer): string | null {
  const isInit = kind === 'init'
  const written = (isInit ? spec?.initContainers : spec?.containers)?.find(one => one.name === name)
  if (written?.image !== image) return null
  const seen: Pick<V1ContainerStatus, 'name' | 'imageID'>[] | undefined = isInit
    ? status?.initContainerStatuses
    : status?.containerStatuses
  return seen?.find(one => one.name === name)?.imageID || null
}
