/** How a command contacts registries: their endpoints, and this machine's logins for them. */

import type { Credential } from '../dockerconfig/registry-credential.ts'
import { UsageError } from '../errors.ts'
import { findCredentials } from '../keychain/find-credentials.ts'
import type { WantedRegistry } from '../keychain/wanted-registries.ts'
import { Registries } from '../registry/client.ts'
import { type EndpointOverrides, parseEndpoints } from '../registry/endpoints.ts'
import type { OwnAuthority } from '../registry/pools.ts'
import type { MachineLogins } from '../source/image-checks.ts'
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

/** The logins found on this machine. */
export interface LocalLogins {
  /** Logins that a pull secret can contain. */
  credentials: Credential[]
  /** Identity tokens, which a pull secret can't contain; only pullguard's own requests to registries use them. */
  forReading: Credential[]
  /** Registries without a login for a pull secret, and why if a helper refused one. */
  missing: { registry: string; detail: string | null }[]
}

/**
 * Returns this machine's logins for exactly these registries and repositories.
 * @param search.onlyNamed whether a helper that has every login is asked only for registries that a file names
 * @throws UsageError for a file that can't be read
 */
export async function localLogins(
  wanted: WantedRegistry[],
  { env, home, clock, signal }: CommandContext,
  { onlyNamed } = { onlyNamed: false },
): Promise<LocalLogins> {
  if (wanted.length === 0) return { credentials: [], forReading: [], missing: [] }
  const { credentials, refusals } = await findCredentials({
    env,
    home,
    platform: process.platform,
    wanted,
    onlyNamed,
    clock,
    signal,
  })
  const served = new Set(credentials.map(({ registry }) => registry))
  return {
    credentials,
    forReading: refusals.flatMap(({ forReading }) => forReading ?? []),
    missing: refusals
      .filter(({ registry }) => !served.has(registry))
      .map(({ registry, detail }) => ({ registry, detail })),
  }
}

/** Returns this machine's logins for reading from exactly these registries. @throws UsageError for a file that can't be read */
export async function readingLogins(
  wanted: WantedRegistry[],
  context: CommandContext,
): Promise<Credential[]> {
  const { credentials, forReading } = await localLogins(wanted, context, { onlyNamed: true })
  return [...credentials, ...forReading]
}

/** The same for requests that are also worth sending without a login: a file that can't be read is the `problem`. */
export async function readingLoginsOrProblem(
  wanted: WantedRegistry[],
  context: CommandContext,
): Promise<MachineLogins> {
  try {
    return { credentials: await readingLogins(wanted, context), problem: null }
  } catch (error) {
    if (error instanceof UsageError) return { credentials: [], problem: error.message }
    throw error
  }
}
