/** Climbs from pods to their topmost controllers, a level at a time: ReplicaSet → Deployment, Job → CronJob, and what owns those. */

import type { ControllerReference, Pod } from '../../snapshot/pod.ts'
import type { OwnerLink } from '../../snapshot/snapshot.ts'
import { derivedOwner } from '../derived-owner.ts'
import { narrowOwner } from '../narrow/controller.ts'
import { type ResourceKind, readNamed } from './named-objects.ts'
import type { Reading } from './reading.ts'

const link = (prefix: string, resource: string): ResourceKind => ({
  prefix,
  resource,
  what: [resource, ...prefix.split('/').slice(2, -1)].join('.'),
  metadataOnly: true,
})

/** Built-in controllers that can have a controller themselves, by apiVersion and kind. The climb ends at any other. */
const LINKS = new Map<string, ResourceKind>([
  ['apps/v1 ReplicaSet', link('/apis/apps/v1', 'replicasets')],
  ['apps/v1 Deployment', link('/apis/apps/v1', 'deployments')],
  ['apps/v1 StatefulSet', link('/apis/apps/v1', 'statefulsets')],
  ['apps/v1 DaemonSet', link('/apis/apps/v1', 'daemonsets')],
  ['batch/v1 Job', link('/apis/batch/v1', 'jobs')],
  ['batch/v1 CronJob', link('/apis/batch/v1', 'cronjobs')],
  ['v1 ReplicationController', link('/api/v1', 'replicationcontrollers')],
])

interface Owned {
  namespace: string
  controller: ControllerReference | null
}

/** Every link on the way up, each once. What can't be read is a gap; the climb ends there, unless the pod tells whose that is. */
export async function readOwners(reading: Reading, pods: Pod[]): Promise<OwnerLink[]> {
  const links = new Map<string, OwnerLink>()
  let level: Owned[] = pods
  while (level.length > 0) {
    const read = await readLevel(reading, level)
    const above = (level === pods ? withDerived(read, pods) : read).filter(({ uid }) => !links.has(uid))
    for (const owner of above) links.set(owner.uid, owner)
    level = above
  }
  return [...links.values()]
}

/** Beside the controllers that could be read those that could not, as far as their pods tell who controls them. */
function withDerived(read: OwnerLink[], pods: Pod[]): OwnerLink[] {
  const known = new Map(read.map(link => [link.uid, link]))
  for (const pod of pods) {
    const link = pod.controller === null || known.has(pod.controller.uid) ? null : derivedOwner(pod)
    if (link !== null) known.set(link.uid, link)
  }
  return [...known.values()]
}

async function readLevel(reading: Reading, owned: Owned[]): Promise<OwnerLink[]> {
  const found: OwnerLink[] = []
  const byKind = Map.groupBy(owned, ({ controller }) =>
    controller === null ? '' : `${controller.apiVersion} ${controller.kind}`,
  )
  await Promise.all(
    [...byKind].map(async ([key, of]) => {
      const resource = LINKS.get(key)
      if (resource === undefined) return
      const names = of.map(({ namespace, controller }) => ({ namespace, name: controller?.name ?? '' }))
      await readNamed(reading, resource, names, raw => {
        const owner = narrowOwner(raw, key.split(' ')[1] ?? '')
        if (owner !== null) found.push(owner)
      })
    }),
  )
  return found
}
