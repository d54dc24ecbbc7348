/** For which repositories a login is meant, by the key it is filed under. */

/**
 * Whether it is for this repository of its registry: for all of them, or where the key names a path, for those at and below it.
 * @param key as a pull secret holds it: `quay.io`, `quay.io/team`, `https://index.docker.io/v1/`
 */
export function coversRepository(key: string, registry: string, repository: string): boolean {
  const path = key.startsWith(`${registry}/`) ? key.slice(registry.length + 1) : ''
  return path === '' || repository === path || repository.startsWith(`${path}/`)
}
