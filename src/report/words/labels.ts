/** What hosts and images are called in a sentence: Docker Hub, a mirror, the token server, the storage behind a registry. */

import type { Endpoint } from '../../diagnosis/endpoint.ts'
import type { Finding } from '../../diagnosis/finding.ts'

type Placed = Pick<Finding, 'registry' | 'endpoint'>

/** The registry's common name. */
export function registryLabel(registry: string | null): string {
  return registry === null ? 'the registry' : registry === 'docker.io' ? 'Docker Hub' : registry
}

/** The host that answered or was asked, for use inside a sentence: `Docker Hub`, `the mirror cache.example`. */
export function responderLabel({ registry, endpoint }: Placed): string {
  return endpoint === null ? registryLabel(registry) : hostLabel(endpoint, registry)
}

/** One host by its part in the pull. */
export function hostLabel({ host, role }: Endpoint, registry: string | null): string {
  switch (role) {
    case 'registry':
      return registryLabel(registry ?? host)
    case 'mirror':
      return `the mirror ${host}`
    case 'token':
      // Most registries issue their tokens themselves.
      return host === registry ? registryLabel(registry) : `the token server ${host}`
    case 'storage':
      return `the download host ${host}`
    case 'proxy':
      return `the proxy ${host}`
    case 'runtime':
      return `the runtime's socket ${host}`
  }
}

/** What a host that is not the registry has to do with the pull, as a sentence; empty for the registry itself. */
export function roleSentence({ endpoint, registry }: Placed): string {
  if (endpoint === null) return ''
  const name = registryLabel(registry)
  const { host, role } = endpoint
  switch (role) {
    case 'mirror':
      return `The node is configured to ask the mirror ${host} instead of ${name}.`
    case 'token':
      return host === registry ? '' : `${host} issues the tokens for pulls from ${name}.`
    case 'storage':
      return `${host} serves the layers of images from ${name}; the nodes must be able to reach it too.`
    default:
      return ''
  }
}

/** A label at the start of a sentence; a host name keeps its case. */
export function capitalize(label: string): string {
  return label.startsWith('the ') ? `T${label.slice(1)}` : label
}

/** An image's name; the error of a sandbox may not give it. */
export function imageText(image: string): string {
  return image === '' ? 'an image that the error does not name' : image
}
