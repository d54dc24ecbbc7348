/** Which of a file's keys serves a registry or a repository, by docker's and podman's rules. */

import { candidates, pullSecretKey, type RegistryKey, readRegistryKey } from '../dockerconfig/docker-key.ts'
import { type DockerLogin, readAuthEntry } from '../dockerconfig/docker-view.ts'
import type { CredentialConfig } from './config-file.ts'

/** The entry of `auths` that stands closest to the repository. */
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
  if (!config.hostsOnly) return null
  const key = { registry, path: '' }
  const entry = best(
    config.auths.filter(([each]) => readRegistryKey(each)?.registry === registry),
    key,
  )
  return entry && { key, entry }
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
