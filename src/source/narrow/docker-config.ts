/**
 * Reads the content of a pull secret the way the kubelet does (pkg/credentialprovider/config.go, with Go's rules for JSON: names
 * without regard to case, null as absent, any value of a wrong type fails the whole). What leaves here could not log in anywhere.
 */

import { redact } from '../../secrecy/redact.ts'
import type { PullSecretEntry, PullSecretEntryProblem } from '../../snapshot/pull-secret.ts'
import { narrowName } from './bounded-text.ts'
import { isRecord } from './shape.ts'

export type DockerConfig =
  | { entries: PullSecretEntry[]; namesHelpers: boolean }
  /** `malformedAt` is the auths key at fault, or what is wrong with the whole. */
  | { malformedAt: string }

/** The content of `.dockerconfigjson`. */
export function readDockerConfigJson(content: string): DockerConfig {
  const config = parse(content)
  if (config === null) return { entries: [], namesHelpers: false }
  if (!isRecord(config)) return { malformedAt: 'not a JSON object' }
  const headers = field(config, 'HttpHeaders') ?? {}
  if (!isRecord(headers) || !Object.values(headers).every(isStringOrNull))
    return { malformedAt: 'HttpHeaders' }
  const namesHelpers = ['credsStore', 'credHelpers'].some(name => (field(config, name) ?? null) !== null)
  return readEntries(field(config, 'auths') ?? {}, namesHelpers)
}

/** The content of the older `.dockercfg`: the entries themselves, without `auths` around them. */
export function readDockercfg(content: string): DockerConfig {
  const entries = parse(content)
  return readEntries(entries === null ? {} : entries, false)
}

/** `undefined` where it is not JSON. The parser's own message is dropped: it quotes the content. */
function parse(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    return undefined
  }
}

function readEntries(auths: unknown, namesHelpers: boolean): DockerConfig {
  if (!isRecord(auths)) return { malformedAt: 'auths' }
  const entries: PullSecretEntry[] = []
  for (const [key, raw] of Object.entries(auths)) {
    const entry = readEntry(raw)
    if (entry === null) return { malformedAt: withoutLogin(key) }
    entries.push({ key: withoutLogin(key), ...entry })
  }
  return { entries, namesHelpers }
}

/** A registry has no @ in its name: what stands before one is a login in the wrong place, with or without a scheme. */
function withoutLogin(key: string): string {
  return redact(narrowName(key)).replace(/^((?:\w+:\/\/)?)[^/]*@/, '$1[redacted]@')
}

function readEntry(raw: unknown): Omit<PullSecretEntry, 'key'> | null {
  const entry = raw ?? {}
  if (!isRecord(entry)) return null
  const fields = ['username', 'password', 'email', 'auth'].map(name => field(entry, name) ?? '')
  if (!fields.every(value => typeof value === 'string')) return null
  const [username = '', password = '', , auth = ''] = fields
  // A non-empty auth replaces user name and password, whatever they are.
  const login = auth === '' ? { username, password } : decodeAuth(auth)
  if (login === null) return null
  return { username: narrowName(redact(login.username)) || null, problem: problemOf(login, hasToken(entry)) }
}

function problemOf(
  login: { username: string; password: string },
  hasToken: boolean,
): PullSecretEntryProblem | null {
  if (login.username !== '' && login.password !== '') return null
  if (hasToken) return 'token-only'
  return login.username === '' && login.password === '' ? 'empty-auth' : 'half'
}

function hasToken(entry: Record<string, unknown>): boolean {
  return ['identitytoken', 'registrytoken'].some(name => (field(entry, name) ?? '') !== '')
}

/** `auth` → user and password at the first colon; null where the kubelet fails. Base64 may lack its padding, as Docker Desktop's does. */
function decodeAuth(auth: string): { username: string; password: string } | null {
  const decoded = decodeBase64(auth)
  const colon = decoded?.indexOf(':') ?? -1
  if (decoded === null || colon === -1) return null
  return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) }
}

/** Go's base64: line ends are skipped, any other foreign character fails; padded if it ends so, else strictly unpadded. */
function decodeBase64(value: string): string | null {
  const text = value.replace(/[\r\n]/g, '')
  const body = text.replace(/={1,2}$/, '')
  if (!/^[A-Za-z0-9+/]*$/.test(body) || body.length % 4 === 1) return null
  if (body.length !== text.length && text.length % 4 !== 0) return null
  return Buffer.from(body, 'base64').toString('utf8')
}

/** A field by name as Go finds it: without regard to case, the last one wins. */
function field(object: Record<string, unknown>, name: string): unknown {
  const wanted = name.toLowerCase()
  return Object.entries(object).findLast(([key]) => key.toLowerCase() === wanted)?.[1]
}

function isStringOrNull(value: unknown): boolean {
  return typeof value === 'string' || value === null
}
