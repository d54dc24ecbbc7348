/** Sorts this machine's logins by their use: a pull secret can contain some, and only pullguard's own requests to registries can use others. */

import type { Credential } from '../dockerconfig/registry-credential.ts'
import { UsageError } from '../errors.ts'
import { type FindOptions, findCredentials } from './find-credentials.ts'
import type { WantedRegistry } from './wanted-registries.ts'

/** The run that searches. */
type SearchingRun = Required<Pick<FindOptions, 'env' | 'home' | 'clock' | 'signal'>>

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
  { env, home, clock, signal }: SearchingRun,
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
export async function readingLogins(wanted: WantedRegistry[], run: SearchingRun): Promise<Credential[]> {
  const { credentials, forReading } = await localLogins(wanted, run, { onlyNamed: true })
  return [...credentials, ...forReading]
}

/** The same for requests that are also worth sending without a login: a file that can't be read is the `problem`. */
export async function readingLoginsOrProblem(
  wanted: WantedRegistry[],
  run: SearchingRun,
): Promise<{ credentials: Credential[]; problem: string | null }> {
  try {
    return { credentials: await readingLogins(wanted, run), problem: null }
  } catch (error) {
    if (error instanceof UsageError) return { credentials: [], problem: error.message }
    throw error
  }
}
