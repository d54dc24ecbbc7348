/** Names of hosts and images in sentences: Docker Hub, a mirror, the token server, the storage behind a registry. */

import type { Endpoint } from '../../diagnosis/endpoint.ts'
import type { Finding } from '../../diagnosis/finding.ts'

/** The node's own loopback. */
const NODE_ITSELF = /^(?:localhost|127\.|0\.0\.0\.0|\[::1?\])/

type Placed = Pick<Finding, 'registry' | 'endpoint'>

/** Returns the registry's common name. */
export function registryLabel(registry: string | null): string {
  return registry === null ? 'the registry' : registry === 'docker.io' ? 'Docker Hub' : registry
}

/** Returns the host that answered or was asked, for use inside a sentence: `Docker Hub`, `the mirror cache.example`. */
export function responderLabel({ registry, endpoint }: Placed): string {
  return endpoint === null ? registryLabel(registry) : hostLabel(endpoint, registry)
}

/** Returns a host's label according to its role in the pull. */
export function hostLabel({ host, role }: Endpoint, registry: string | null): string {
  switch (role) {
    case 'registry':
      return registryLabel(registry ?? host)
    case 'mirror':
      return `the mirror ${host}`
    case 'token':
      // Most registries issue tokens themselves.
      return host === registry ? registryLabel(registry) : `the token server ${host}`
    case 'storage':
      return `the download host ${host}`
    case 'proxy':
      return host === null ? 'the proxy' : `the proxy ${host}`
    case 'runtime':
      return `the runtime's socket ${host}`
  }
}

/** Explains the role of a host other than the registry, as a sentence; empty for the registry itself. */
export function roleSentence({ endpoint, registry }: Placed): string {
  if (endpoint === null) return ''
  const name = registryLabel(registry)
  const { host, role } = endpoint
  switch (role) {
    case 'mirror':
      return `The node is configured to ask the mirror ${host}${NODE_ITSELF.test(host) ? ', on the node itself,' : ''} instead of ${name}.`
    case 'token':
      return host === registry ? '' : `${host} issues the tokens for pulls from ${name}.`
    case 'storage':
      return `${host} serves the layers of images from ${name}; the nodes must be able to reach it too.`
    default:
      return ''
  }
}

/** Capitalizes a label at the start of a sentence; a host name keeps its case. */
export function capitalize(label: string): string {
  return label.startsWith('the ') ? `T${label.slice(1)}` : label
}

/** Returns an image's name, which a sandbox's error may lack. */
export function imageText(image: string): string {
  return image === '' ? 'an image that the error does not name' : image
}
