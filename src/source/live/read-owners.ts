/** Reads the controllers above pods, up to the topmost. */

import { type ControllerObject, controllerKind } from '../../kubernetes/api/kinds.ts'
import type { OwnedPod } from '../../snapshot/pod.ts'
import type { OwnerLink } from '../../snapshot/snapshot.ts'
import { narrowOwner } from '../narrow/controller.ts'
import { derivedOwner } from '../ownership.ts'
import { readNamed } from './named-objects.ts'
import type { Reading } from './reading.ts'

type Owned = Pick<OwnerLink, 'namespace' | 'controller'> & Pick<OwnedPod, 'templateHash'>

/** The controllers above pods, up to the topmost. */
export interface Owners {
  links: OwnerLink[]
  /** The controllers in full, by uid; empty if only their metadata was read. */
  objects: ReadonlyMap<string, ControllerObject>
}

/**
 * Returns every owner once. What can't be read is a gap, and the chain ends there unless the pod's labels show the owner.
 * Goes up from all pods at once, and not with `climbReading`, because many controllers of one kind cost only one list.
 * @param inFull otherwise, only the metadata of controllers is read, except for those that are needed whole
 */
export async function readOwners(reading: Reading, pods: OwnedPod[], inFull = false): Promise<Owners> {
  const links = new Map<string, OwnerLink>()
  const objects = new Map<string, ControllerObject>()
  let level: Owned[] = pods
  while (level.length > 0) {
    const read = await readLevel(reading, level, inFull, objects)
    const above = (level === pods ? withDerived(read, pods) : read).filter(({ uid }) => !links.has(uid))
    for (const owner of above) links.set(owner.uid, owner)
    level = above
  }
  return { links: [...links.values()], objects }
}

/** Returns the links that were read, plus those that could not be read but can be derived from their pods. */
function withDerived(read: OwnerLink[], pods: OwnedPod[]): OwnerLink[] {
  const known = new Map(read.map(link => [link.uid, link]))
  for (const pod of pods) {
    const link = pod.controller === null || known.has(pod.controller.uid) ? null : derivedOwner(pod)
    if (link !== null) known.set(link.uid, link)
  }
  return [...known.values()]
}

/**
 * Only the whole object shows how a StatefulSet or a DaemonSet updates its pods, whether runs of a CronJob may overlap, and what new pods
 * are made from. A Deployment is read with its revisions, and its ReplicaSets' pods have a hash.
 */
const NEEDED_WHOLE: readonly string[] = ['StatefulSet', 'DaemonSet', 'CronJob', 'ReplicationController']

const isNeededWhole = ({ controller, templateHash }: Owned) =>
  NEEDED_WHOLE.includes(controller?.kind ?? '') ||
  (controller?.kind === 'ReplicaSet' && templateHash === undefined)

async function readLevel(
  reading: Reading,
  owned: Owned[],
  inFull: boolean,
  objects: Map<string, ControllerObject>,
): Promise<OwnerLink[]> {
  const found: OwnerLink[] = []
  const byKind = Map.groupBy(owned, of =>
    of.controller === null ? '' : `${of.controller.apiVersion} ${of.controller.kind} ${isNeededWhole(of)}`,
  )
  await Promise.all(
    [...byKind.values()].map(async of => {
      const kind = of[0]?.controller && controllerKind(of[0].controller)
      if (!kind) return
      const names = of.map(({ namespace, controller }) => ({ namespace, name: controller?.name ?? '' }))
      const keep = (object: ControllerObject) => {
        const owner = narrowOwner(object, kind.kind)
        if (owner !== null) found.push(owner)
        if (inFull) objects.set(object.metadata.uid, object)
      }
      const metadataOnly = !inFull && !of.some(isNeededWhole)
      await readNamed(reading, kind, names, keep, { metadataOnly })
    }),
  )
  return found
}
