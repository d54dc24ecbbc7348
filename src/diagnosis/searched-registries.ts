/** The registries that a node searched for an image whose name has none: its settings may list others than Docker Hub (registries.conf). */

import { isDockerHub } from '../image/docker-hub.ts'
import { parseReference } from '../image/reference.ts'

/** containers/image names the registry in the image's full name, and a mirror only after it; Podman, what it tries. */
const TRIED = /\b(?:source docker:\/\/|trying to pull )([\w-]+(?:\.[\w-]+)+(?::\d+)?)\/([\w./-]+)/gi
const MOST = 4

/** At most four, as the text names them; null for an image with a registry in its name, and if no other than Docker Hub was asked. */
export function searchedRegistries(text: string, image: string): string[] | null {
  const { registry = '', repository = '' } = parseReference(image) ?? {}
  if (!isDockerHub(registry) || image.startsWith(`${registry}/`)) return null
  const hosts = [...text.matchAll(TRIED)].flatMap(({ 1: host = '', 2: path = '' }) =>
    path === repository || `library/${path}` === repository ? [host.toLowerCase()] : [],
  )
  const searched = [...new Set(hosts)]
  return searched.some(host => !isDockerHub(host)) ? searched.slice(0, MOST) : null
}
