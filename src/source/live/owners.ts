/** Reads the controllers above pods, each once, and the revisions of a few Deployments among them. */

import { isForbidden, rethrowUnlessApiError } from '../../kubernetes/api/api-error.ts'
import { type ControllerObject, controllerKind, KINDS } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import type { ControllerReference, OwnedPod } from '../../snapshot/pod.ts'
import type { OwnerLink } from '../../snapshot/snapshot.ts'
import { narrowOwner, selectorOf } from '../narrow/controller.ts'
import { derivedOwner } from '../ownership.ts'
import type { Reading } from './reading.ts'
import { readNamed } from './related-objects.ts'

interface HasController {
  namespace: string
  controller: ControllerReference | null
}

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
  let level: HasController[] = pods
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

/** Only the whole object shows how a StatefulSet or a DaemonSet updates its pods, and whether runs of a CronJob may overlap. */
const NEEDED_WHOLE: readonly string[] = ['StatefulSet', 'DaemonSet', 'CronJob']

async function readLevel(
  reading: Reading,
  owned: HasController[],
  inFull: boolean,
  objects: Map<string, ControllerObject>,
): Promise<OwnerLink[]> {
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
        if (inFull) objects.set(object.metadata.uid, object)
      }
      const metadataOnly = !inFull && !NEEDED_WHOLE.includes(kind.kind)
      await readNamed(reading, kind, names, keep, { metadataOnly })
    }),
  )
  return found
}

/** Each costs up to two requests, which only add a step; if more fail, the cause is hardly one rollout. */
const MAX_DEPLOYMENTS = 16

/**
 * Like `readOwners`, with the revisions of the Deployments that have pods: an older one that still serves is one to roll back to, and each
 * shows what its pods were made from. Those that can't be read are no gap: the failing pods are known without them.
 */
export async function readOwnersWithRevisions(
  reading: Reading,
  pods: OwnedPod[],
  inFull: boolean,
): Promise<Owners> {
  const { links, objects } = await readOwners(reading, pods, inFull)
  const deployments = links.filter(({ kind }) => kind === 'Deployment')
  if (deployments.length > MAX_DEPLOYMENTS) return { links, objects }
  let forbidden = false
  const revisions = await bounded(deployments, AT_ONCE, async deployment => {
    if (forbidden) return []
    try {
      return await readRevisions(reading, deployment, objects)
    } catch (error) {
      rethrowUnlessApiError(error)
      forbidden ||= isForbidden(error)
      return []
    }
  })
  const byUid = new Map([...links, ...revisions.flat()].map(link => [link.uid, link]))
  return { links: [...byUid.values()], objects }
}

/** Returns the Deployment's ReplicaSets that have pods. */
async function readRevisions(
  reading: Reading,
  { namespace, name, uid }: OwnerLink,
  objects: Owners['objects'],
): Promise<OwnerLink[]> {
  const { spec } = objects.get(uid) ?? (await reading.get(KINDS.Deployment, namespace, name))
  const labelSelector = selectorOf('Deployment', spec)
  const revisions: OwnerLink[] = []
  if (labelSelector === null) return revisions
  await reading.list(KINDS.ReplicaSet, namespace, { labelSelector, limit: 500 }, raw => {
    const link = narrowOwner(raw, 'ReplicaSet')
    if (link?.revision !== undefined && link.controller?.uid === uid) revisions.push(link)
  })
  return revisions
}
