/** How objects are deleted: preconditions, pods with their grace period, namespaces with their contents, and dependents. */

import type { Cluster } from './cluster.ts'
import { type Kind, kindNamed } from './kinds.ts'
import { type ApiObject, asPod, type Metadata } from './objects.ts'
import { preconditionFailed } from './refusal.ts'

export interface DeletionOptions {
  dryRun?: boolean
  uid?: string
  resourceVersion?: string
  gracePeriodSeconds?: number
  /** Background: dependents are deleted too. Orphan: they are kept. */
  propagationPolicy?: string
}

/** Throws the 409 for a uid or resourceVersion that the object does not have. */
export function checkPreconditions(kind: Kind, object: ApiObject, options: DeletionOptions): void {
  const { name, uid, resourceVersion } = object.metadata
  if (options.uid && options.uid !== uid)
    throw preconditionFailed(
      kind,
      name,
      `the UID in the precondition (${options.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    )
  if (options.resourceVersion && options.resourceVersion !== resourceVersion)
    throw preconditionFailed(
      kind,
      name,
      `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    )
}

/** Starts or finishes a pod's deletion and returns the object for the response. A dry run stores nothing. */
export function deletePod(
  cluster: Cluster,
  object: ApiObject,
  { gracePeriodSeconds: grace, dryRun = false }: DeletionOptions,
): ApiObject {
  const pod = asPod(object)
  const finished = ['Succeeded', 'Failed'].includes(pod.status.phase ?? '')
  const seconds =
    !pod.spec.nodeName || finished ? 0 : (grace ?? Number(pod.spec.terminationGracePeriodSeconds ?? 30))
  const leaving: ApiObject = {
    ...object,
    metadata: {
      ...object.metadata,
      generation: (object.metadata.generation ?? 0) + 1,
      // The deletion ends at this time at the latest.
      deletionTimestamp: object.metadata.deletionTimestamp ?? cluster.clock.timestamp(seconds),
      deletionGracePeriodSeconds: seconds,
    },
  }
  if (dryRun) return leaving
  const kind = kindNamed('Pod')
  const held = (object.metadata.finalizers ?? []).length > 0
  return seconds === 0 && !held ? cluster.store.remove(kind, leaving) : cluster.store.put(kind, leaving)
}

/** Marks the namespace as terminating; the controllers empty and remove it. */
export function terminateNamespace({ store, clock }: Cluster, namespace: ApiObject): ApiObject {
  return store.put(kindNamed('Namespace'), {
    ...namespace,
    metadata: { ...namespace.metadata, deletionTimestamp: clock.timestamp() },
    status: { phase: 'Terminating' },
  })
}

/** Deletes the objects that the owner controls. */
export function removeDependents(cluster: Cluster, owner: Metadata): void {
  for (const kind of ['ReplicaSet', 'Job', 'Pod']) {
    for (const object of cluster.store.list(kindNamed(kind), owner.namespace)) {
      if (!object.metadata.ownerReferences?.some(reference => reference.uid === owner.uid)) continue
      cluster.remove(kind, object.metadata.namespace, object.metadata.name)
    }
  }
}
