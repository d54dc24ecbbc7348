/** The object that a change targets: where the API keeps it, and its identity in an answer. */

import type { KubernetesObject } from '../kubernetes/api/cluster.ts'
import { type Kind, kindOf } from '../kubernetes/api/kinds.ts'
import { type ApiPath, listPath, objectPath as pathOf } from '../kubernetes/api/paths.ts'
import type { Target } from '../plan/change.ts'

/** The target's kind. Plans only hold kinds that pullguard knows; a saved plan was checked for that. */
export function kindOfTarget(target: Target): Kind<KubernetesObject> {
  const kind = kindOf(target)
  if (kind === null)
    throw new Error(`pullguard can't write objects of kind ${target.kind} (${target.apiVersion})`)
  return kind as Kind<KubernetesObject>
}

/** API path of the collection that holds the target, or will hold it once created. */
export function collectionPath(target: Target): ApiPath<KubernetesObject> {
  return listPath(kindOfTarget(target), target.namespace)
}

/** API path of the target itself. */
export function objectPath(target: Target): ApiPath<KubernetesObject> {
  return pathOf(kindOfTarget(target), target.namespace, target.name)
}

/** uid and resourceVersion of an object that the server returned; absent where the answer lacks them. */
export function writtenAt(object: KubernetesObject): { uid?: string; resourceVersion?: string } {
  const { uid, resourceVersion } = (object.metadata ?? {}) as { uid?: string; resourceVersion?: string }
  return { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) }
}
