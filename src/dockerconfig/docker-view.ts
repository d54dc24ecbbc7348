/** Reads a docker config as docker and podman do: which login serves a registry or repository, and what the kubelet could not use. */

import { Redacted } from '../secrecy/redacted.ts'
import type { CredentialConfig } from './config-file.ts'
import { candidates, pullSecretKey, type RegistryKey, readRegistryKey } from './docker-key.ts'
import { decodeBase64, splitLogin, textFields } from './go-encoding.ts'
import type { RefusalReason } from './registry-credential.ts'

/** The login in an entry, if there is one. `problem` details never quote the entry. */
export type DockerLogin =
  | { type: 'login'; username: string; password: Redacted }
  | { type: 'identity'; username: string; token: Redacted }
  | { type: 'problem'; reason: RefusalReason; detail: string }

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
 * For a whole registry without an entry that covers all of it: the first entry for a part. It stays limited to that part: docker would send
 * it to the whole host, but a pull secret gives the login to other users, who must not get more than the file grants.
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

/** Of several spellings, takes the exact key, as docker does; otherwise prefers one that can log in, while docker takes any. */
function best(spellings: CredentialConfig['auths'], key: RegistryKey): DockerLogin | null {
  const exact = spellings.find(([each]) => each === pullSecretKey(key))
  const entries = (exact ? [exact] : spellings).map(([, entry]) => readAuthEntry(entry))
  return entries.find(({ type }) => type === 'login') ?? entries[0] ?? null
}

/** The helper's suffix; empty means the file itself. An empty name under credHelpers means the file, too (docker/cli configfile). */
export function helperFor(config: CredentialConfig, registry: string): string {
  const own = config.credHelpers.find(([key]) => sameKey(readRegistryKey(key), { registry, path: '' }))
  return own?.[1] ?? config.credsStore ?? ''
}

/** Whether any key of the file is for this registry or a part of it. If a helper stores the login, docker leaves an empty entry for it. */
export function namesRegistry(config: CredentialConfig, registry: string): boolean {
  const keys = [...config.auths, ...config.credHelpers].map(([key]) => key)
  return keys.some(key => readRegistryKey(key)?.registry === registry)
}

function sameKey(key: RegistryKey | null, wanted: RegistryKey): boolean {
  return key?.registry === wanted.registry && key.path === wanted.path
}

/** The user name that marks a password as an identity token, in helpers and some files (docker-credential-helpers). */
const IDENTITY_USERNAME = '<token>'

/**
 * Reads one entry as docker does: `auth` overrides username and password; trailing NULs of the password are dropped (docker/cli configfile
 * decodeAuth). Unpadded base64 is accepted, too: Docker Desktop writes it, and it is padded in a pull secret.
 */
function readAuthEntry(entry: Redacted<unknown>): DockerLogin {
  const fields = textFields(entry.reveal(), [
    'username',
    'password',
    'auth',
    'identitytoken',
    'registrytoken',
  ])
  if (fields === null) return loginProblem('malformed-entry', 'has a field that is not text')
  const { username, password, auth, identitytoken, registrytoken } = fields
  if (auth !== '') {
    const login = decodeAuth(auth)
    if (login === null)
      return loginProblem('malformed-entry', 'has an `auth` that is not base64 of user:password')
    if (identitytoken === '') return loginFrom(login.username, login.password)
    return { type: 'identity', username: login.username, token: new Redacted(identitytoken) }
  }
  if (identitytoken !== '') return { type: 'identity', username, token: new Redacted(identitytoken) }
  if (username !== '' || password !== '') return loginFrom(username, password)
  if (registrytoken !== '')
    return loginProblem('registry-token', 'has only a registry token, which the kubelet ignores')
  return loginProblem('empty-entry', 'is empty')
}

/** Makes a login from a user name and a password, wherever they come from. */
export function loginFrom(username: string, password: string): DockerLogin {
  if (username === IDENTITY_USERNAME && password !== '')
    return { type: 'identity', username, token: new Redacted(password) }
  if (username === '') return loginProblem('half-entry', 'has a password but no user name')
  if (password === '') return loginProblem('half-entry', 'has a user name but no password')
  if (username.includes(':')) return loginProblem('malformed-entry', 'has a user name with a colon in it')
  return { type: 'login', username, password: new Redacted(password) }
}

/** The `problem` of an entry, or of a helper's answer in place of one. */
export function loginProblem(reason: RefusalReason, detail: string): DockerLogin {
  return { type: 'problem', reason, detail }
}

/** Null if it is not text or names no user: unlike the kubelet, docker requires one (docker/cli configfile decodeAuth). */
function decodeAuth(auth: string): { username: string; password: string } | null {
  const bytes = decodeBase64(auth)
  const login = bytes && isUtf8(bytes) ? splitLogin(bytes.toString('utf8')) : null
  if (login === null || login.username === '') return null
  return { username: login.username, password: login.password.replace(/\0+$/, '') }
}

function isUtf8(bytes: Buffer): boolean {
  return Buffer.from(bytes.toString('utf8'), 'utf8').equals(bytes)
}
