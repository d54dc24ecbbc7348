/** Reads one `auths` entry the way docker does, and says what the kubelet could not use in it. */

import type { RefusalReason } from './credential.ts'

/** An entry as far as a login goes. `problem` details never quote the entry. */
export type AuthEntry =
  | { type: 'login'; username: string; password: string }
  | { type: 'identity'; username: string; token: string }
  | { type: 'problem'; reason: RefusalReason; detail: string }

/** A helper and some files give this user name to say that the password is an identity token (docker-credential-helpers). */
const IDENTITY_USERNAME = '<token>'

/**
 * `auth` overrides username and password; trailing NULs of the password are dropped (docker/cli configfile decodeAuth).
 * Unpadded base64 is read too: Docker Desktop writes it, and it is written anew in the pull secret.
 */
export function readAuthEntry(entry: unknown): AuthEntry {
  const fields = readFields(entry ?? {})
  if (fields === null) return problem('malformed-entry', 'has a field that is not text')
  const { username, password, auth, identitytoken, registrytoken } = fields
  if (auth !== '') {
    const login = decodeAuth(auth)
    if (login === null) return problem('malformed-entry', 'has an `auth` that is not base64 of user:password')
    if (identitytoken === '') return asLogin(login.username, login.password)
    return { type: 'identity', username: login.username, token: identitytoken }
  }
  if (identitytoken !== '') return { type: 'identity', username, token: identitytoken }
  if (username !== '' || password !== '') return asLogin(username, password)
  if (registrytoken !== '')
    return problem('registry-token', 'holds only a registry token, which the kubelet ignores')
  return problem('empty-entry', 'is empty')
}

/** A login from its two halves, wherever they come from. */
export function asLogin(username: string, password: string): AuthEntry {
  if (username === IDENTITY_USERNAME && password !== '')
    return { type: 'identity', username, token: password }
  if (username === '') return problem('half-entry', 'has a password but no user name')
  if (password === '') return problem('half-entry', 'has a user name but no password')
  if (username.includes(':')) return problem('malformed-entry', 'has a user name with a colon in it')
  return { type: 'login', username, password }
}

function problem(reason: RefusalReason, detail: string): AuthEntry {
  return { type: 'problem', reason, detail }
}

const FIELDS = ['username', 'password', 'auth', 'identitytoken', 'registrytoken'] as const

function readFields(entry: unknown): Record<(typeof FIELDS)[number], string> | null {
  if (entry === null || typeof entry !== 'object' || Array.isArray(entry)) return null
  const fields = { username: '', password: '', auth: '', identitytoken: '', registrytoken: '' }
  for (const name of FIELDS) {
    const value = (entry as Record<string, unknown>)[name] ?? ''
    if (typeof value !== 'string') return null
    fields[name] = value
  }
  return fields
}

function decodeAuth(auth: string): { username: string; password: string } | null {
  const base64 = auth.replace(/[\r\n]/g, '')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return null
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(base64, 'base64'))
  } catch {
    return null
  }
  const colon = text.indexOf(':')
  if (colon < 1) return null
  return { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') }
}
