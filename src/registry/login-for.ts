/** Chooses the login that may be sent for an image. */

import { coversRepository } from '../dockerconfig/docker-key.ts'
import type { Credential } from '../dockerconfig/registry-credential.ts'
import { canonicalRegistry } from '../image/docker-hub.ts'
import type { Reference } from '../image/reference.ts'

/**
 * Returns the login of the image's registry with the longest key that covers the repository; null if there is none. A login is never sent
 * to another registry.
 */
export function loginFor(
  credentials: readonly Credential[],
  { registry, repository }: Pick<Reference, 'registry' | 'repository'>,
): Credential | null {
  return credentials
    .filter(login => login.registry === canonicalRegistry(registry))
    .filter(({ key, registry: own }) => coversRepository(key, own, repository))
    .reduce<Credential | null>(
      (best, each) => (best && best.key.length >= each.key.length ? best : each),
      null,
    )
}
