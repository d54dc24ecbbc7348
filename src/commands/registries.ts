/** How a command contacts registries: their endpoints, and this machine's logins for them. */

import type { Credential } from '../dockerconfig/registry-credential.ts'
import { findCredentials } from '../keychain/find-credentials.ts'
import type { WantedRegistry } from '../keychain/wanted-registries.ts'
import { Registries } from '../registry/client.ts'
import { type EndpointOverrides, parseEndpoints } from '../registry/endpoints.ts'
import type { OwnAuthority } from '../registry/pools.ts'
import type { CommandContext } from './context.ts'

/**
 * Returns the endpoints from the flags and the environment.
 * @param given REGISTRY=URL, as in --registry-endpoint. @throws UsageError for a malformed one
 */
export function endpointsOf(given: string[], { env }: CommandContext): EndpointOverrides {
  return parseEndpoints(given, env.PULLGUARD_REGISTRY_ENDPOINTS)
}

/**
 * Opens registries without sending a request. The caller closes them.
 * @param timeoutMs for one request; absent: the client's own limit
 * @param ownAuthority for a host whose certificate no public authority signed
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
 * Returns this machine's logins for reading from exactly these registries, including logins that no pull secret can contain. A helper that
 * has every login is asked only for registries that a file names. @throws UsageError for a file that can't be read
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
