/** Which entries of a pod's pull secrets the kubelet tries for an image, in its order (pkg/credentialprovider/keyring.go Lookup). */

import { DOCKER_HUB, DOCKER_HUB_INDEX } from '../image/docker-hub.ts'
import { fullRepository, type Reference } from '../image/reference.ts'
import { keyMatches, normalizeKey } from './kubelet-key.ts'

interface KeyringLookup<Entry> {
  /** Tried one after another until a pull succeeds. */
  tried: Entry[]
  /** Would serve Docker Hub by the kubelet's special case, but are not tried, because another entry matched directly. */
  shadowed: Entry[]
}

/**
 * Looks up an image in a keyring.
 * @param entries of all pull secrets of the pod, secret by secret in the pod's order, each in the order of its file
 */
export function lookUpCredentials<Entry extends { key: string }>(
  image: Pick<Reference, 'registry' | 'repository'>,
  entries: readonly Entry[],
): KeyringLookup<Entry> {
  const name = fullRepository(image)
  const filed = new Map<string, Entry[]>()
  for (const entry of entries) {
    const key = normalizeKey(entry.key)
    if (key !== null) filed.set(key, [...(filed.get(key) ?? []), entry])
  }
  // Reverse order brings longer paths before shorter ones, and letters before wildcards.
  const keys = [...filed.keys()].sort().reverse()
  const matching = keys.filter(key => keyMatches(key, name))
  const tried = matching.flatMap(key => filed.get(key) ?? [])
  const fallback =
    isHubByDefault(image.registry) && !matching.includes(DOCKER_HUB_INDEX)
      ? (filed.get(DOCKER_HUB_INDEX) ?? [])
      : []
  return tried.length > 0 ? { tried, shadowed: fallback } : { tried: fallback, shadowed: [] }
}

/** keyring.go isDefaultRegistryMatch: if nothing else matched, Docker Hub and hosts without dot or port get the login of its old name. */
function isHubByDefault(registry: string): boolean {
  return registry === DOCKER_HUB || !/[.:]/.test(registry)
}
