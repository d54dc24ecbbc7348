/** What a new pod costs on Docker Hub, at most. */

import { parseReference } from '../image/reference.ts'
import type { Pod } from '../snapshot/pod.ts'

/** One pull an image from Docker Hub; a node that has the image spends none, so this is an upper bound. */
export function podPulls(pod: Pod): number {
  const images = new Set(
    pod.containers
      .filter(container => container.kind !== 'ephemeral')
      .map(container => parseReference(container.image))
      .filter(reference => reference?.registry === 'docker.io')
      .map(reference => `${reference?.repository}:${reference?.tag}@${reference?.digest}`),
  )
  return images.size
}
