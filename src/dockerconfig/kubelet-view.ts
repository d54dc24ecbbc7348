/**
 * Reads the content of a pull secret the way the kubelet does (pkg/credentialprovider/config.go, with Go's rules for JSON: names
 * without regard to case, null as absent, any value of a wrong type fails the whole). What leaves here could
 * not log in anywhere, but for `logins`, which stay wrapped.
 */

import { redact } from '../secrecy/redact.ts'
import { Redacted } from '../secrecy/redacted.ts'
import type { PullSecretEntry, PullSecretEntryProblem } from '../snapshot/pull-secret.ts'
import { decodeBase64, field, isObject, type JsonObject, parseJson, splitLogin, textFields } from './auths.ts'

export type DockerConfig =
  | { entries: PullSecretEntry[]; logins: PullLogin[]; namesHelpers: boolean }
  /** `malformedAt` is the auths key at fault, or what is wrong with the whole. */
  | { malformedAt: string }

/** What the kubelet sends for an entry; either half may be empty. */
export interface KubeletLogin {
  username: string
  password: Redacted
}

/** A whole login that a pull secret holds, with the key it is filed under, as written. */
export interface PullLogin extends KubeletLogin {
  key: string
}

/** The content of `.dockerconfigjson`. */
export function readDockerConfigJson(content: Redacted): DockerConfig {
  const config = content.map(parseJson).reveal()
  if (config === null) return { entries: [], logins: [], namesHelpers: false }
  if (!isObject(config)) return { malformedAt: 'not a JSON object' }
  if (!hasReadableHeaders(config)) return { malformedAt: 'HttpHeaders' }
  const namesHelpers = ['credsStore', 'credHelpers'].some(name => field(config, name) !== undefined)
  return readEntries(field(config, 'auths') ?? {}, namesHelpers)
}

/** The content of the older `.dockercfg`: the entries themselves, without `auths` around them. */
export function readDockercfg(content: Redacted): DockerConfig {
  const auths = content.map(parseJson).reveal()
  return readEntries(auths === null ? {} : auths, false)
}

/** The kubelet makes no use of HttpHeaders, but they have to be texts, or it reads nothing. */
export function hasReadableHeaders(config: JsonObject): boolean {
  const headers = field(config, 'HttpHeaders') ?? {}
  return (
    isObject(headers) && Object.values(headers).every(value => typeof value === 'string' || value === null)
  )
}

/** An entry's login: a non-empty `auth` replaces user name and password. Null where the kubelet can't read it, which fails the whole config. */
export function readLogin(entry: unknown): KubeletLogin | null {
  const fields = textFields(entry, ['username', 'password', 'email', 'auth'])
  if (fields === null) return null
  const { auth } = fields
  const login = auth === '' ? fields : splitLogin(decodeBase64(auth)?.toString('utf8') ?? '')
  return login && { username: login.username, password: new Redacted(login.password) }
}

function readEntries(auths: unknown, namesHelpers: boolean): DockerConfig {
  if (!isObject(auths)) return { malformedAt: 'auths' }
  const entries: PullSecretEntry[] = []
  const logins: PullLogin[] = []
  for (const [key, raw] of Object.entries(auths)) {
    const login = readLogin(raw)
    if (login === null) return { malformedAt: withoutLogin(key) }
    const username = redact(login.username) || null
    const problem = problemOf(login, hasToken(raw))
    entries.push({ key: withoutLogin(key), username, problem })
    if (problem === null) logins.push({ key, ...login })
  }
  return { entries, logins, namesHelpers }
}

/** A registry has no @ in its name: what stands before one is a login in the wrong place, with or without a scheme. */
function withoutLogin(key: string): string {
  return redact(key).replace(/^((?:\w+:\/\/)?)[^/]*@/, '$1[redacted]@')
}

function problemOf({ username, password }: KubeletLogin, hasToken: boolean): PullSecretEntryProblem | null {
  const hasPassword = password.reveal() !== ''
  if (username !== '' && hasPassword) return null
  if (hasToken) return 'token-only'
  return username === '' && !hasPassword ? 'empty-auth' : 'half'
}

function hasToken(entry: unknown): boolean {
  return isObject(entry) && ['identitytoken', 'registrytoken'].some(name => (field(entry, name) ?? '') !== '')
}
