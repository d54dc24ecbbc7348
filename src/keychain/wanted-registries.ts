/** Determines the registries whose logins are needed from the images that need them. */

import { canonicalRegistry } from '../image/docker-hub.ts'
import { parseReference } from '../image/reference.ts'

/** A needed registry and its repositories: podman stores logins for single namespaces. */
export interface WantedRegistry {
  /** As in references: `docker.io`, `quay.io`. */
  registry: string
  /** Without the registry: `library/nginx`. Empty: only a login for the whole registry is needed. */
  repositories: string[]
}

/** Each registry that the images name, with its repositories, in the images' order; names that are not references are skipped. */
export function registriesOf(images: Iterable<string>): WantedRegistry[] {
  const wanted = new Map<string, Set<string>>()
  for (const image of images) {
    const reference = parseReference(image)
    if (reference === null) continue
    const name = canonicalRegistry(reference.registry)
    wanted.set(name, (wanted.get(name) ?? new Set()).add(reference.repository))
  }
  return [...wanted].map(([registry, repositories]) => ({ registry, repositories: [...repositories] }))
}
