/** Finds the controllers above pods, up to the topmost: ReplicaSet → Deployment, Job → CronJob, and what owns those. */

import type { ClusterReader } from '../../kubernetes/api/cluster.ts'
import { type ControllerObject, controllerKind, KINDS } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import type { ControllerReference, OwnedPod } from '../../snapshot/pod.ts'
import type { OwnerLink } from '../../snapshot/snapshot.ts'
import { narrowPod } from '../narrow/pod.ts'
import { derivedOwner, narrowOwner } from '../ownership.ts'
import { readWorkloads } from './fix-workloads.ts'
import { Reading } from './reading.ts'
import { readNamed } from './related-objects.ts'

interface Owned {
  namespace: string
  controller: ControllerReference | null
}

/** Receives each controller in full. */
export type VisitOwner = (object: ControllerObject) => void

/**
 * Every owner link, each once. What can't be read is a gap, and the chain ends there unless the pod's labels show the owner.
 * @param visit if given, the controllers are read in full, else only their metadata, StatefulSets aside
 */
export async function readOwners(
  reading: Reading,
  pods: OwnedPod[],
  visit?: VisitOwner,
): Promise<OwnerLink[]> {
  const links = new Map<string, OwnerLink>()
  let level: Owned[] = pods
  while (level.length > 0) {
    const read = await readLevel(reading, level, visit)
    const above = (level === pods ? withDerived(read, pods) : read).filter(({ uid }) => !links.has(uid))
    for (const owner of above) links.set(owner.uid, owner)
    level = above
  }
  return [...links.values()]
}

/** The links that were read, plus those that could not be read but can be derived from their pods. */
function withDerived(read: OwnerLink[], pods: OwnedPod[]): OwnerLink[] {
  const known = new Map(read.map(link => [link.uid, link]))
  for (const pod of pods) {
    const link = pod.controller === null || known.has(pod.controller.uid) ? null : derivedOwner(pod)
    if (link !== null) known.set(link.uid, link)
  }
  return [...known.values()]
}

async function readLevel(reading: Reading, owned: Owned[], visit?: VisitOwner): Promise<OwnerLink[]> {
  const found: OwnerLink[] = []
  const byKind = Map.groupBy(owned, ({ controller }) =>
    controller === null ? '' : `${controller.apiVersion} ${controller.kind}`,
  )
  await Promise.all(
    [...byKind.values()].map(async of => {
      const kind = of[0]?.controller && controllerKind(of[0].controller)
      if (!kind) return
      const names = of.map(({ namespace, controller }) => ({ namespace, name: controller?.name ?? '' }))
      const keep = (object: ControllerObject) => {
        const owner = narrowOwner(object, kind.kind)
        if (owner !== null) found.push(owner)
        visit?.(object)
      }
      // Only its status says which revision a StatefulSet is at.
      const metadataOnly = visit === undefined && kind.kind !== 'StatefulSet'
      await readNamed(reading, kind, names, keep, { metadataOnly })
    }),
  )
  return found
}

export interface PodOwners {
  controllerUid: string | null
  /** The topmost; null where there is none that could be read. */
  workload: { kind: string; name: string; uid: string } | null
}

/**
 * The controllers of pods that a saved plan names, by the pods' uids: what the file says about them is not trusted. Pods that no longer
 * exist are left out. @throws ApiError
 */
export async function readPodOwners(
  cluster: ClusterReader,
  names: { namespace: string; name: string }[],
  signal: AbortSignal,
): Promise<Map<string, PodOwners>> {
  const reading = new Reading(cluster, { signal })
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
