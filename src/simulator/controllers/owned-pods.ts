/** Pods of a controller: the existing ones, the ready ones, and the creation of more. */

import { createHash } from 'node:crypto'
import type { Cluster } from '../cluster/cluster.ts'
import {
  type ApiObject,
  asPod,
  asWorkload,
  copyOf,
  type Metadata,
  type OwnerReference,
  type Pod,
} from '../cluster/objects.ts'

/** Objects of that kind that this owner controls. */
export const controlled = (cluster: Cluster, kind: string, { metadata }: ApiObject): ApiObject[] =>
  cluster
    .list(kind, metadata.namespace)
    .filter(({ metadata: { ownerReferences = [] } }) =>
      ownerReferences.some(({ uid, controller }) => controller === true && uid === metadata.uid),
    )

/** The owner's pods that are neither finished nor terminating. */
export const activePods = (cluster: Cluster, owner: ApiObject): Pod[] =>
  controlled(cluster, 'Pod', owner)
    .map(asPod)
    .filter(
      ({ metadata, status }) =>
        !metadata.deletionTimestamp && !['Succeeded', 'Failed'].includes(status.phase ?? ''),
    )

export const ownerReference = ({ apiVersion, kind, metadata }: ApiObject): OwnerReference => ({
  apiVersion,
  kind,
  name: metadata.name,
  uid: metadata.uid,
  controller: true,
  blockOwnerDeletion: true,
})

/** Creates a pod from the owner's template, through admission. Throws Refusal. */
export function createPod(cluster: Cluster, owner: ApiObject, metadata: Partial<Metadata>): void {
  const { template } = asWorkload(owner).spec
  cluster.create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(owner.metadata.namespace !== undefined && { namespace: owner.metadata.namespace }),
      ...(template.metadata?.annotations && { annotations: template.metadata.annotations }),
      ...metadata,
      labels: { ...template.metadata?.labels, ...metadata.labels },
      ownerReferences: [ownerReference(owner)],
    },
    spec: copyOf(template.spec),
  })
}

export const isReady = ({ status }: Pod): boolean =>
  status.conditions?.some(condition => condition.type === 'Ready' && condition.status === 'True') ?? false

export const readyCount = (pods: Pod[]): number => pods.filter(isReady).length

const HASH_LETTERS = 'bcdfghjklmnpqrstvwxz2456789'

/** A short hash of a template, like pod-template-hash. */
export const templateHash = (owner: ApiObject): string =>
  [
    ...createHash('sha256')
      .update(JSON.stringify(asWorkload(owner).spec.template))
      .digest()
      .subarray(0, 9),
  ]
    .map(byte => HASH_LETTERS[byte % HASH_LETTERS.length])
    .join('')

/** Writes a controller's status if it changed. */
export function writeStatus(
  cluster: Cluster,
  { kind, metadata }: ApiObject,
  status: ApiObject['status'],
): void {
  cluster.change(kind, metadata.namespace, metadata.name, copy => {
    copy.status = { ...copy.status, observedGeneration: metadata.generation, ...status }
  })
}
