/** Reads the registries that `--registry` names. */

import { UsageError } from '../../errors.ts'
import { readRegistry } from '../../mirror/address.ts'

/** Returns each registry once, in the form that references use. @throws UsageError */
export function registriesNamed(given: readonly string[]): string[] {
  // An unset variable on the command line: settings for no registry at all would look like those of a mirror.
  if (given.length === 0)
    throw new UsageError('--registry was given an empty name: give one, such as docker.io.')
  return [...new Set(given.map(registryNamed))]
}

function registryNamed(text: string): string {
  const registry = readRegistry(text)
  if (registry !== null) return registry
  throw new UsageError(
    `--registry ${JSON.stringify(text)} is not a registry: give its host as image names have it, such as docker.io or ghcr.io.`,
  )
}
