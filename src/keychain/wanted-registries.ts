/** From image names to the registries whose logins are wanted. */

import { registryName } from '../image/docker-hub.ts'
import { parseReference } from '../image/reference.ts'
import type { WantedRegistry } from './find-credentials.ts'

/**
 * Each registry that the images name, with its repositories, in the images' order; names that are no reference are passed over.
 * `only` (`--registry`) wants just these, whether or not an image names them.
 */
export function wantedRegistries(images: Iterable<string>, only: string[] = []): WantedRegistry[] {
  const wanted = new Map(only.map(name => [registryName(name), new Set<string>()]))
  for (const image of images) {
    const reference = parseReference(image)
    if (reference === null) continue
    const name = registryName(reference.registry)
    if (only.length > 0 && !wanted.has(name)) continue
    wanted.set(name, (wanted.get(name) ?? new Set()).add(reference.repository))
  }
  return [...wanted].map(([registry, repositories]) => ({ registry, repositories: [...repositories] }))
}
