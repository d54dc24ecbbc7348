/** Reads one `auths` entry as docker does, and reports what the kubelet could not use in it. */

import { Redacted } from '../secrecy/redacted.ts'
import { decodeBase64, splitLogin, textFields } from './auths.ts'
import type { RefusalReason } from './registry-credential.ts'

/** An entry as far as a login goes. `problem` details never quote the entry. */
export type DockerLogin =
  | { type: 'login'; username: string; password: Redacted }
  | { type: 'identity'; username: string; token: Redacted }
  | { type: 'problem'; reason: RefusalReason; detail: string }

/** The user name that marks a password as an identity token, in helpers and some files (docker-credential-helpers). */
const IDENTITY_USERNAME = '<token>'

/**
 * `auth` overrides username and password; trailing NULs of the password are dropped (docker/cli configfile decodeAuth).
 * Unpadded base64 is read too: Docker Desktop writes it, and a pull secret gets it padded.
 */
export function readAuthEntry(entry: Redacted<unknown>): DockerLogin {
  const fields = textFields(entry.reveal(), [
    'username',
    'password',
    'auth',
    'identitytoken',
    'registrytoken',
  ])
  if (fields === null) return problem('malformed-entry', 'has a field that is not text')
  const { username, password, auth, identitytoken, registrytoken } = fields
  if (auth !== '') {
    const login = decodeAuth(auth)
    if (login === null) return problem('malformed-entry', 'has an `auth` that is not base64 of user:password')
    if (identitytoken === '') return loginFrom(login.username, login.password)
    return { type: 'identity', username: login.username, token: new Redacted(identitytoken) }
  }
  if (identitytoken !== '') return { type: 'identity', username, token: new Redacted(identitytoken) }
  if (username !== '' || password !== '') return loginFrom(username, password)
  if (registrytoken !== '')
    return problem('registry-token', 'holds only a registry token, which the kubelet ignores')
  return problem('empty-entry', 'is empty')
}

/** A login from its two halves, wherever they come from. */
export function loginFrom(username: string, password: string): DockerLogin {
  if (username === IDENTITY_USERNAME && password !== '')
    return { type: 'identity', username, token: new Redacted(password) }
  if (username === '') return problem('half-entry', 'has a password but no user name')
  if (password === '') return problem('half-entry', 'has a user name but no password')
  if (username.includes(':')) return problem('malformed-entry', 'has a user name with a colon in it')
  return { type: 'login', username, password: new Redacted(password) }
}

function problem(reason: RefusalReason, detail: string): DockerLogin {
  return { type: 'problem', reason, detail }
}

/** Null where it is not text, or names no user: unlike the kubelet, docker wants one (docker/cli configfile decodeAuth). */
function decodeAuth(auth: string): { username: string; password: string } | null {
  const bytes = decodeBase64(auth)
  const login = bytes && isUtf8(bytes) ? splitLogin(bytes.toString('utf8')) : null
  if (login === null || login.username === '') return null
  return { username: login.username, password: login.password.replace(/\0+$/, '') }
}

function isUtf8(bytes: Buffer): boolean {
  return Buffer.from(bytes.toString('utf8'), 'utf8').equals(bytes)
}
