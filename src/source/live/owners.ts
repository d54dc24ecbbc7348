/** Climbs from pods to their topmost controllers, a level at a time: ReplicaSet → Deployment, Job → CronJob, and what owns those. */

import { type ControllerObject, controllerKind } from '../../kubernetes/api/kinds.ts'
import type { ControllerReference, OwnedPod } from '../../snapshot/pod.ts'
import type { OwnerLink } from '../../snapshot/snapshot.ts'
import { derivedOwner } from '../derived-owner.ts'
import { narrowOwner } from '../narrow/controller.ts'
import { readNamed } from './named-objects.ts'
import type { Reading } from './reading.ts'

interface Owned {
  namespace: string
  controller: ControllerReference | null
}

/** Takes the objects that are climbed over, in full. */
export type VisitOwner = (object: ControllerObject) => void

/**
 * Every link on the way up, each once. What can't be read is a gap; the climb ends there, unless the pod tells whose that is.
 * @param visit where it is given, the controllers are read in full; else their metadata is all that is needed
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

/** Beside the controllers that could be read those that could not, as far as their pods tell who controls them. */
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
      await readNamed(reading, kind, names, keep, { metadataOnly: visit === undefined })
    }),
  )
  return found
}
