/** Reads the registries that `--registry` names. */

import { UsageError } from '../../errors.ts'
import { readRegistry } from '../../mirror/address.ts'

/** Returns each registry once, in the form that references use. @throws UsageError */
export function registriesNamed(given: readonly string[]): string[] {
  return [...new Set(given.map(registryNamed))]
}

function registryNamed(text: string): string {
  const registry = readRegistry(text)
  if (registry !== null) return registry
  throw new UsageError(
    `--registry ${JSON.stringify(text)} is not a registry: give its host as image names have it, such as docker.io or ghcr.io.`,
  )
}
