/** What a new pod costs on Docker Hub, at most. */

import { isDockerHub } from '../image/docker-hub.ts'
import { parseReference } from '../image/reference.ts'
import type { ScopeWorkload } from '../snapshot/fix-scope.ts'
import type { Pod } from '../snapshot/pod.ts'
import type { Edit } from './change.ts'

/** One pull an image from Docker Hub; a node that has the image spends none, so this is an upper bound. */
export function podPulls(pod: Pod): number {
  return pullsOf(pod.containers.filter(({ kind }) => kind !== 'ephemeral').map(({ image }) => image))
}

/** The same for a pod made from the template as the edits leave it. */
export function templatePulls({ containers }: ScopeWorkload, edits: Edit[]): number {
  return pullsOf(
    containers.map(({ name, image }) => {
      const edit = edits.find(one => one.field === 'image' && one.container === name)
      return edit?.field === 'image' ? edit.after : image
    }),
  )
}

function pullsOf(images: string[]): number {
  const references = images
    .map(image => parseReference(image))
    .filter(reference => reference !== null && isDockerHub(reference.registry))
  return new Set(references.map(one => `${one?.repository}:${one?.tag}@${one?.digest}`)).size
}
