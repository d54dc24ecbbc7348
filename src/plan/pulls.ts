/** What a new pod costs on Docker Hub, at most. */

import { isDockerHub } from '../image/docker-hub.ts'
import { parseReference } from '../image/reference.ts'
import type { Pod } from '../snapshot/pod.ts'

/** One pull an image from Docker Hub; a node that has the image spends none, so this is an upper bound. */
export function podPulls(pod: Pod): number {
  const images = new Set(
    pod.containers
      .filter(container => container.kind !== 'ephemeral')
      .map(container => parseReference(container.image))
      .filter(reference => reference !== null && isDockerHub(reference.registry))
      .map(reference => `${reference?.repository}:${reference?.tag}@${reference?.digest}`),
  )
  return images.size
}
