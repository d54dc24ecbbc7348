/** Compares and joins the contents of pull secrets as the kubelet reads them, so that a Secret keeps what others put into it. */

import { lookUpCredentials } from '../image/credential-lookup.ts'
import { DOCKER_HUB, DOCKER_HUB_KEY } from './docker-hub.ts'

interface AuthEntry {
  username?: unknown
  password?: unknown
  email?: unknown
  auth?: unknown
}

type Auths = Record<string, AuthEntry>

/**
 * Whether `stored` (the text of a `.dockerconfigjson`) gives the kubelet the login of every key of `wanted`. Text that is no such JSON does
 * not, nor one with an entry that the kubelet can't read: it fails the whole.
 */
export function holdsCredentials(stored: string, wanted: string): boolean {
  const has = authsOf(stored)
  const needs = authsOf(wanted)
  if (!has || !needs || !Object.values(has).every(isReadable)) return false
  return Object.entries(needs).every(([key, entry]) => isServed(key, entry, has))
}

/**
 * `stored` with the entries of `wanted` in it; entries of other keys and fields beside `auths` stay. What the kubelet can't read is
 * replaced: it is of use to nobody, and would keep the kubelet from the rest. Both and the result are secret.
 */
export function withCredentials(stored: string, wanted: string): string {
  const kept = Object.entries(authsOf(stored) ?? {}).filter(([, entry]) => isReadable(entry))
  const auths: Auths = { ...Object.fromEntries(kept), ...authsOf(wanted) }
  const hub = auths[DOCKER_HUB_KEY]
  // Beside an entry under Docker Hub's other name the kubelet does not look for this one.
  if (hub && !isServed(DOCKER_HUB_KEY, hub, auths)) auths[DOCKER_HUB] = hub
  return JSON.stringify({ ...(objectOf(stored) ?? {}), auths })
}

/** The keys of its `auths`; none where the text is no such JSON. */
export function keysOf(stored: string): string[] {
  return Object.keys(authsOf(stored) ?? {})
}

/** `user:password` under the key, as the kubelet reads it; null where there is none. Secret. */
export function loginUnder(stored: string, key: string): string | null {
  const entry = authsOf(stored)?.[key]
  return entry === undefined ? null : login(entry)
}

/** `stored` without the entries of these keys; everything else stays. Secret. */
export function withoutKeys(stored: string, keys: string[]): string {
  const auths = Object.entries(authsOf(stored) ?? {}).filter(([key]) => !keys.includes(key))
  return JSON.stringify({ ...(objectOf(stored) ?? {}), auths: Object.fromEntries(auths) })
}

/**
 * `content` with the entries of these keys and no others; null where one has none. Docker Hub's plain name takes the login of its usual key: beside another pull
 * secret with that name the kubelet looks for no other.
 */
export function contentWithKeys(content: string, keys: string[]): string | null {
  const auths = authsOf(content) ?? {}
  const chosen: Auths = {}
  for (const key of keys) {
    const entry = auths[key] ?? (key === DOCKER_HUB ? auths[DOCKER_HUB_KEY] : undefined)
    if (entry === undefined) return null
    chosen[key] = entry
  }
  return JSON.stringify({ auths: chosen })
}

/** Whether the kubelet, asked for an image that `key` is meant for, tries this login among others. */
function isServed(key: string, entry: AuthEntry, auths: Auths): boolean {
  const [registry = '', ...path] = key === DOCKER_HUB_KEY ? [DOCKER_HUB] : key.split('/')
  const repository = path.join('/') || 'any/image'
  const entries = Object.entries(auths)
    // Docker Hub's plain name is wanted beside its usual key only where that one is not looked for.
    .filter(([each]) => key !== DOCKER_HUB || each !== DOCKER_HUB_KEY)
    .map(([each, value]) => ({ key: each, login: login(value) }))
  const { tried } = lookUpCredentials({ registry, repository }, entries)
  return tried.some(each => each.login !== null && each.login === login(entry))
}

/** `user:password` as the kubelet reads it: `auth` wins over the two fields. */
function login({ username, password, auth }: AuthEntry): string | null {
  if (typeof auth === 'string' && auth !== '') return Buffer.from(auth, 'base64').toString('utf8')
  return typeof username === 'string' && typeof password === 'string' ? `${username}:${password}` : null
}

/** Go's base64, padded or not, but for line ends. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/

/** Whether the kubelet can read the entry (kubernetes pkg/credentialprovider/config.go): texts, and an `auth` with a colon in it. */
function isReadable(entry: AuthEntry): boolean {
  const { username, password, email, auth } = entry
  if (![username, password, email, auth].every(field => typeof (field ?? '') === 'string')) return false
  if (typeof auth !== 'string' || auth === '') return true
  return BASE64.test(auth.replace(/[\r\n]/g, '')) && (login(entry) ?? '').includes(':')
}

function authsOf(text: string): Auths | null {
  const { auths } = objectOf(text) ?? {}
  if (!isObject(auths)) return null
  return Object.fromEntries(Object.entries(auths).map(([key, entry]) => [key, asEntry(entry)]))
}

/** Go takes null for an empty entry; what is no object becomes one that it can't read. */
function asEntry(value: unknown): AuthEntry {
  if (value === null) return {}
  return isObject(value) ? value : { auth: 0 }
}

function objectOf(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
