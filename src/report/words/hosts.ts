/** Hosts as people call them: Docker Hub, a mirror, the token server, the storage behind a registry. */

import type { Endpoint } from '../../diagnosis/endpoint.ts'
import type { Finding } from '../../diagnosis/finding.ts'

type Placed = Pick<Finding, 'registry' | 'endpoint'>

/** The registry as people call it. */
export function registryName(registry: string | null): string {
  return registry === null ? 'the registry' : registry === 'docker.io' ? 'Docker Hub' : registry
}

/** The registry at the start of a sentence. */
export function RegistryName(registry: string | null): string {
  return registry === null ? 'The registry' : registryName(registry)
}

/** Who answered or was asked, inside a sentence: `Docker Hub`, `the mirror cache.example`. */
export function whoAnswered({ registry, endpoint }: Placed): string {
  return endpoint === null ? registryName(registry) : hostName(endpoint, registry)
}

/** The same at the start of a sentence. */
export function WhoAnswered(placed: Placed): string {
  return capitalized(whoAnswered(placed))
}

/** One host by its part in the pull. */
export function hostName({ host, role }: Endpoint, registry: string | null): string {
  switch (role) {
    case 'registry':
      return registryName(registry ?? host)
    case 'mirror':
      return `the mirror ${host}`
    case 'token':
      // Most registries issue their tokens themselves.
      return host === registry ? registryName(registry) : `the token server ${host}`
    case 'storage':
      return `the download host ${host}`
    case 'proxy':
      return `the proxy ${host}`
    case 'runtime':
      return `the runtime's socket ${host}`
  }
}

/** What a host that is not the registry has to do with the pull, as a sentence; empty for the registry itself. */
export function partOf({ endpoint, registry }: Placed): string {
  if (endpoint === null) return ''
  const name = registryName(registry)
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

/** At the start of a sentence; a host stays as it is written. */
function capitalized(name: string): string {
  return name.startsWith('the ') ? `T${name.slice(1)}` : name
}
