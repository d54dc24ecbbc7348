/** Reads the keys of `auths` and `credHelpers`, which have been hosts, URLs and paths over the years. */

import { DOCKER_HUB, registryName } from '../image/docker-hub.ts'
import { canonicalKey } from './credential.ts'

export interface RegistryKey {
  registry: string
  /** The namespace that a podman-style key is limited to; empty for the whole registry. */
  path: string
}

/**
 * `https://index.docker.io/v1/` → docker.io; `quay.io/team` → quay.io, team. Of a URL docker and podman take the host with its port
 * (docker/cli ConvertToHostname, containers/image normalizeAuthFileKey); podman's own keys carry a namespace (containers-auth.json(5)).
 * Null for an empty key and for the browser login's token cache (docker/cli oauth manager), which are no registries.
 */
export function readRegistryKey(key: string): RegistryKey | null {
  if (/\/(access|refresh)-token\/?$/.test(key)) return null
  const written = key.trim()
  const bare = written.replace(/^[a-z][\w+.-]*:\/\//i, '')
  const [host = '', ...rest] = bare.split('/')
  if (host === '') return null
  const path = bare === written ? rest.join('/').replace(/\/+$/, '') : ''
  return { registry: registryName(host), path: path.replace(/^v[12](\/|$)/, '') }
}

/**
 * The keys that could serve a repository, most specific first, as podman looks them up: `quay.io/a/b`, `quay.io/a`, `quay.io`.
 * Without a repository only the whole registry.
 */
export function candidates(registry: string, repository: string | null): RegistryKey[] {
  const segments = repository === null ? [] : repository.split('/')
  const paths = segments.map((_, index) => segments.slice(0, segments.length - index).join('/'))
  return [...paths, ''].map(path => ({ registry, path }))
}

/** How a key is written into a pull secret so that the kubelet matches it. */
export function pullSecretKey(key: RegistryKey): string {
  return key.path === '' ? canonicalKey(key.registry) : `${key.registry}/${key.path}`
}

/** What a helper is asked for. docker stores Docker Hub under its URL, podman under the plain name. */
export function helperQuestions(registry: string): string[] {
  return registry === DOCKER_HUB ? [canonicalKey(registry), DOCKER_HUB] : [registry]
}
