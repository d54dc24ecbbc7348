/** Which login of a docker config serves a registry or a repository, by docker's and podman's rules. */

import type { Redacted } from '../secrecy/redacted.ts'
import { candidates, pullSecretKey, type RegistryKey, readRegistryKey } from './docker-key.ts'
import { type DockerLogin, readAuthEntry } from './docker-view.ts'

/** The logins in a config file. Entries are parsed only when their registry is looked up. */
export interface CredentialConfig {
  /** For people: `file ~/.docker/config.json` or `DOCKER_AUTH_CONFIG`. */
  origin: string
  auths: [key: string, entry: Redacted<unknown>][]
  credHelpers: [key: string, suffix: string][]
  /** Suffix of the helper for every other registry; null: the file itself. */
  credsStore: string | null
}

/** The most specific entry of `auths` for the repository. */
export function entryFor(
  config: CredentialConfig,
  registry: string,
  repository: string | null,
): { key: RegistryKey; entry: DockerLogin } | null {
  for (const key of candidates(registry, repository)) {
    const entry = best(
      config.auths.filter(([each]) => sameKey(readRegistryKey(each), key)),
      key,
    )
    if (entry !== null) return { key, entry }
  }
  return repository === null ? anyBelow(config, registry) : null
}

/**
 * Where a whole registry is asked for and no entry is for all of it: the first for a part. It stays for that part: docker would show it to the
 * whole host, but a pull secret gives the login to other users, who must not get more than the file grants.
 */
function anyBelow(
  config: CredentialConfig,
  registry: string,
): { key: RegistryKey; entry: DockerLogin } | null {
  const [first] = config.auths.flatMap(([each]) => {
    const key = readRegistryKey(each)
    return key?.registry === registry ? [key] : []
  })
  const entry =
    first === undefined
      ? null
      : best(
          config.auths.filter(([each]) => sameKey(readRegistryKey(each), first)),
          first,
        )
  return first === undefined || entry === null ? null : { key: first, entry }
}

/** Of several spellings docker takes the exact key, else any: then one that can log in. */
function best(spellings: CredentialConfig['auths'], key: RegistryKey): DockerLogin | null {
  const exact = spellings.find(([each]) => each === pullSecretKey(key))
  const entries = (exact ? [exact] : spellings).map(([, entry]) => readAuthEntry(entry))
  return entries.find(({ type }) => type === 'login') ?? entries[0] ?? null
}

/** The helper's suffix; empty: the file itself. An empty name under credHelpers means the file, too (docker/cli configfile). */
export function helperFor(config: CredentialConfig, registry: string): string {
  const own = config.credHelpers.find(([key]) => sameKey(readRegistryKey(key), { registry, path: '' }))
  return own?.[1] ?? config.credsStore ?? ''
}

/** Whether any key of the file is for this registry, or for a part of it. Docker leaves one, empty, where a helper keeps the login. */
export function namesRegistry(config: CredentialConfig, registry: string): boolean {
  const keys = [...config.auths, ...config.credHelpers].map(([key]) => key)
  return keys.some(key => readRegistryKey(key)?.registry === registry)
}

function sameKey(key: RegistryKey | null, wanted: RegistryKey): boolean {
  return key?.registry === wanted.registry && key.path === wanted.path
}
