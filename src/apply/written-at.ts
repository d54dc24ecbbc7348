/** Reads an object's identity and version off what the server answered. */

import type { KubernetesObject } from '../kubernetes/api/cluster.ts'

/** uid and resourceVersion; left out where the answer does not tell. */
export function writtenAt(object: KubernetesObject): { uid?: string; resourceVersion?: string } {
  const { uid, resourceVersion } = (object.metadata ?? {}) as { uid?: string; resourceVersion?: string }
  return { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) }
}
