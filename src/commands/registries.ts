/** How a command talks to registries: at which endpoints, and with which logins of this machine. */

import type { Credential } from '../dockerconfig/registry-credential.ts'
import { findCredentials } from '../keychain/find-credentials.ts'
import type { WantedRegistry } from '../keychain/wanted-registries.ts'
import { Registries } from '../registry/client.ts'
import { type EndpointOverrides, parseEndpoints } from '../registry/endpoints.ts'
import type { OwnAuthority } from '../registry/pools.ts'
import type { CommandContext } from './context.ts'

/**
 * The endpoints of the flags and of the environment.
 * @param given REGISTRY=URL, as --registry-endpoint has them. @throws UsageError for a malformed one
 */
export function endpointsOf(given: string[], { env }: CommandContext): EndpointOverrides {
  return parseEndpoints(given, env.PULLGUARD_REGISTRY_ENDPOINTS)
}

/**
 * Registries to ask; nothing is sent yet. The caller closes them.
 * @param timeoutMs for one request; left out: the client's own limit
 * @param ownAuthority of a host whose certificate no public authority vouches for
 */
export function openRegistries(
  endpoints: EndpointOverrides,
  { env, version, clock, signal }: CommandContext,
  timeoutMs?: number,
  ownAuthority?: OwnAuthority,
): Registries {
  return new Registries({
    endpoints,
    env,
    userAgent: `pullguard/${version}`,
    clock,
    signal,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(ownAuthority === undefined ? {} : { ownAuthority }),
  })
}

/**
 * This machine's logins for exactly these registries, to read with: also those that no pull secret can hold. A helper that has every login is
 * asked only for registries that a file names. @throws UsageError for a file that can't be read
 */
export async function readingLogins(
  wanted: WantedRegistry[],
  { env, home, clock, signal }: CommandContext,
): Promise<Credential[]> {
  const { credentials, refusals } = await findCredentials({
    env,
    home,
    platform: process.platform,
    wanted,
    onlyNamed: true,
    clock,
    signal,
  })
  return [...credentials, ...refusals.flatMap(({ forReading }) => forReading ?? [])]
}
