/** Asks registries for the digests that a plan needs, and whether an image is there for the nodes' platforms. */

import type { Credential } from '../../dockerconfig/credential.ts'
import { registriesOf } from '../../keychain/wanted-registries.ts'
import type { ImageFact } from '../../plan/plan-input.ts'
import { lookUpImages } from '../../registry/look-up-images.ts'
import { onThisMachine } from './logins.ts'
import type { FixSession } from './session.ts'

/**
 * What the registries say of each reference. They are asked with `given` where it serves them, else with this machine's logins.
 * @throws UsageError for a malformed credentials file
 */
export async function askRegistries(
  references: string[],
  given: Credential[],
  platforms: string[],
  { registries, context }: FixSession,
): Promise<Map<string, ImageFact>> {
  const served = new Set(given.map(({ registry }) => registry))
  const wanted = registriesOf(references).filter(({ registry }) => !served.has(registry))
  const { credentials, forReading } = await onThisMachine(wanted, context)
  return lookUpImages(registries, references, {
    credentials: [...given, ...credentials, ...forReading],
    platforms,
  })
}
