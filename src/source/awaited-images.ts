/** The images that failing pods lack, which everything else that was read is searched for. */

import type { Container, Pod } from '../snapshot/pod.ts'

export interface AwaitedImage extends Pick<Container, 'image' | 'pullPolicy'> {
  pod: Pod
}

/** Returns the images of containers that have not had one yet, once for each container. */
export function awaitedImages(pods: readonly Pod[]): AwaitedImage[] {
  return pods.flatMap(pod =>
    pod.containers.flatMap(({ image, imageId, pullPolicy }) =>
      imageId === null ? [{ image, pullPolicy, pod }] : [],
    ),
  )
}
