/** Narrows a pod's spec to the containers whose images come from Docker Hub. */

import { isDockerHub } from '../../image/docker-hub.ts'
import { parseReference } from '../../image/reference.ts'
import type { HubContainer } from '../../snapshot/hub-usage.ts'
import type { Container } from '../../snapshot/pod.ts'

/** Whether a pull of this image goes to Docker Hub, unless the node has a mirror for it. */
export function isFromHub({ image }: { image: string }): boolean {
  const reference = parseReference(image)
  return reference !== null && isDockerHub(reference.registry)
}

export function narrowHubContainer({ name, kind, image, pullPolicy }: Container): HubContainer {
  return { name, kind, image, policy: pullPolicy }
}
