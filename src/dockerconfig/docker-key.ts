/** Reads the keys of `auths` and `credHelpers` as docker and podman do; over the years, they have been hosts, URLs and paths. */

import { canonicalRegistry, DOCKER_HUB, DOCKER_HUB_KEY } from '../image/docker-hub.ts'

export interface RegistryKey {
  registry: string
  /** The namespace that a podman-style key is limited to; empty for the whole registry. */
  path: string
}

/**
 * `https://index.docker.io/v1/` → docker.io; `quay.io/team` → quay.io, team. For a URL, docker and podman use the host with its port
 * (docker/cli ConvertToHostname, containers/image normalizeAuthFileKey); podman's own keys can include a namespace
 * (containers-auth.json(5)).
 * Null for an empty key and for the browser login's token cache (docker/cli oauth manager), which are not registries.
 */
export function readRegistryKey(key: string): RegistryKey | null {
  if (/\/(access|refresh)-token\/?$/.test(key)) return null
  const written = key.trim()
  const bare = written.replace(/^[a-z][\w+.-]*:\/\//i, '')
  const [host = '', ...rest] = bare.split('/')
  if (host === '') return null
  const path = bare === written ? rest.join('/').replace(/\/+$/, '') : ''
  return { registry: canonicalRegistry(host), path: path.replace(/^v[12](\/|$)/, '') }
}

/**
 * The keys that could serve a repository, most specific first, in podman's order: `quay.io/a/b`, `quay.io/a`, `quay.io`.
 * Without a repository, only the key of the whole registry.
 */
export function candidates(registry: string, repository: string | null): RegistryKey[] {
  const segments = repository === null ? [] : repository.split('/')
  const paths = segments.map((_, index) => segments.slice(0, segments.length - index).join('/'))
  return [...paths, ''].map(path => ({ registry, path }))
}

/** The key of a whole registry: Docker Hub's URL, or the bare host. */
export function canonicalKey(registry: string): string {
  return registry === DOCKER_HUB ? DOCKER_HUB_KEY : registry
}

/** How a key is written into a pull secret so that the kubelet matches it. */
export function pullSecretKey(key: RegistryKey): string {
  return key.path === '' ? canonicalKey(key.registry) : `${key.registry}/${key.path}`
}

/**
 * Whether a login covers this repository of its registry: all repositories or, if its key names a path, those at and below that path.
 * @param key as in a pull secret: `quay.io`, `quay.io/team`, `https://index.docker.io/v1/`
 */
export function coversRepository(key: string, registry: string, repository: string): boolean {
  const path = key.startsWith(`${registry}/`) ? key.slice(registry.length + 1) : ''
  return path === '' || repository === path || repository.startsWith(`${path}/`)
}
