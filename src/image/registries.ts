/** What is known of registries by their host alone: which are open to everybody, and which belong to a cloud. */

import { DOCKER_HUB_HOST, isDockerHub } from './docker-hub.ts'

/** Official images of Docker Hub, and registries where everything is public and nobody has a login (each maker's own words). */
const PUBLIC =
  /^(?:docker\.io\/library|registry\.k8s\.io|k8s\.gcr\.io|mcr\.microsoft\.com|mirror\.gcr\.io|registry\.access\.redhat\.com|docker\.elastic\.co|public\.ecr\.aws)\//

/** Whether everybody can pull this image, whatever its name: a refusal is then about the name or the address, not about a login. */
export function isPublic(reference: string | null): boolean {
  return reference !== null && PUBLIC.test(reference)
}

/** Docker's hardened images: the account of Docker Hub, under a key of their own (docs.docker.com/dhi/how-to/use). */
export const HARDENED_IMAGES = 'dhi.io'

/** The registries of clouds, where nodes have an identity of their own. */
export type Cloud = 'ecr' | 'acr' | 'gar'

const CLOUDS: Record<Cloud, RegExp> = {
  ecr: /\.dkr[.-]ecr(?:-fips)?\.[a-z0-9-]+\.(?:amazonaws\.com(?:\.cn)?|on\.aws)$/,
  acr: /\.azurecr\.(?:io|cn|us)$/,
  gar: /(?:^|\.)gcr\.io$|-docker\.pkg\.dev$/,
}

/** The cloud whose nodes may pull from this registry without a pull secret; null for any other registry. */
export function cloudOf(registry: string | null): Cloud | null {
  if (registry === null || /^(?:k8s|mirror)\.gcr\.io$/.test(registry)) return null
  const found = Object.entries(CLOUDS).find(([, hosts]) => hosts.test(registry))
  return (found?.[0] as Cloud | undefined) ?? null
}

/** The host that a runtime connects to for a registry: Docker Hub's API has another name than its images. */
export function apiHost(registry: string): string {
  return isDockerHub(registry) ? DOCKER_HUB_HOST : registry
}
