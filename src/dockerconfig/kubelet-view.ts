/**
 * Reads the content of a pull secret as the kubelet does (pkg/credentialprovider/config.go), with Go's rules for JSON: names are
 * case-insensitive, null counts as absent, and a value of the wrong type makes the whole content unreadable.
 */

import { isObject, type JsonObject, parseJson } from '../json/json-object.ts'
import { Redacted } from '../secrecy/redacted.ts'
import { decodeBase64, field, splitLogin, textFields } from './go-encoding.ts'

export type KubeletConfig =
  | { entries: KubeletEntry[]; namesHelpers: boolean }
  /** `malformedAt` is the faulty auths key, or what is wrong with the whole content. */
  | { malformedAt: string }

export interface KubeletEntry extends PullLogin {
  /** It has an identity or registry token, which the kubelet does not read. */
  hasToken: boolean
  /** Its `auth` holds another login than the user name and the password beside it. */
  overridden: boolean
}

/** What the kubelet sends for an entry; either half may be empty. */
interface KubeletLogin {
  username: string
  password: Redacted
}

/** A login with its key as written. */
export interface PullLogin extends KubeletLogin {
  key: string
}

/** The content of `.dockerconfigjson`. */
export function readDockerConfigJson(content: Redacted): KubeletConfig {
  const config = content.map(parseJson).reveal()
  if (config === null) return { entries: [], namesHelpers: false }
  if (!isObject(config)) return { malformedAt: 'not a JSON object' }
  if (!hasReadableHeaders(config)) return { malformedAt: 'HttpHeaders' }
  const namesHelpers = ['credsStore', 'credHelpers'].some(name => field(config, name) !== undefined)
  return readEntries(field(config, 'auths') ?? {}, { namesHelpers })
}

/** The content of the older `.dockercfg`: the entries themselves, without `auths` around them. */
export function readDockercfg(content: Redacted): KubeletConfig {
  const auths = content.map(parseJson).reveal()
  return readEntries(auths === null ? {} : auths, { namesHelpers: false })
}

/** The kubelet does not use HttpHeaders, but unless they are strings, it reads nothing. */
export function hasReadableHeaders(config: JsonObject): boolean {
  const headers = field(config, 'HttpHeaders') ?? {}
  return (
    isObject(headers) && Object.values(headers).every(value => typeof value === 'string' || value === null)
  )
}

/** An entry's login: a non-empty `auth` replaces user name and password. Null if the kubelet can't read it and rejects the whole config. */
export function readLogin(entry: unknown): KubeletLogin | null {
  const fields = textFields(entry, ['username', 'password', 'email', 'auth'])
  if (fields === null) return null
  const { auth } = fields
  const login = auth === '' ? fields : splitLogin(decodeBase64(auth)?.toString('utf8') ?? '')
  return login && { username: login.username, password: new Redacted(login.password) }
}

function readEntries(auths: unknown, around: { namesHelpers: boolean }): KubeletConfig {
  if (!isObject(auths)) return { malformedAt: 'auths' }
  const entries: KubeletEntry[] = []
  for (const [key, raw] of Object.entries(auths)) {
    const login = readLogin(raw)
    if (login === null) return { malformedAt: key }
    entries.push({ key, ...login, hasToken: hasToken(raw), overridden: isOverridden(raw, login) })
  }
  return { entries, ...around }
}

/** Tools write the same login twice, and sometimes change only one of the two. A user name or a password that is left out says nothing. */
function isOverridden(entry: unknown, login: KubeletLogin): boolean {
  const fields = textFields(entry, ['username', 'password', 'auth'])
  if (fields === null || fields.auth === '') return false
  const { username, password } = fields
  const isOther = (written: string, sent: string) => written !== '' && written !== sent
  return isOther(username, login.username) || isOther(password, login.password.reveal())
}

function hasToken(entry: unknown): boolean {
  return isObject(entry) && ['identitytoken', 'registrytoken'].some(name => (field(entry, name) ?? '') !== '')
}

/** The layout of a pull secret's content: a config.json, with its logins under `auths`, or the older `.dockercfg`. */
export type SecretLayout = 'config.json' | 'dockercfg'

/**
 * The content's layout; null if it is not JSON or the layout is unclear. In a Secret of the other type, the kubelet silently finds no
 * login for any registry.
 */
export function layoutOf(content: Redacted): SecretLayout | null {
  const config = content.map(parseJson).reveal()
  if (!isObject(config)) return null
  const auths = field(config, 'auths')
  if (isObject(auths) && !isLogin(auths)) return 'config.json'
  return Object.values(config).some(isLogin) ? 'dockercfg' : null
}

function isLogin(value: unknown): boolean {
  return (
    isObject(value) && ['auth', 'username', 'password'].some(name => typeof field(value, name) === 'string')
  )
}
