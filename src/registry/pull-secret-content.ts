/** Compares and joins the contents of pull secrets, key by key, so that a Secret keeps what others put into it. */

interface AuthEntry {
  username?: unknown
  password?: unknown
  auth?: unknown
}

/** Whether `stored` (the text of a `.dockerconfigjson`) serves every key of `wanted` with the same login. Text that is no such JSON does not. */
export function holdsCredentials(stored: string, wanted: string): boolean {
  const has = authsOf(stored)
  const needs = authsOf(wanted)
  if (!has || !needs) return false
  return Object.entries(needs).every(([key, entry]) => {
    const own = has[key]
    return own !== undefined && login(own) !== null && login(own) === login(entry)
  })
}

/**
 * `stored` with the entries of `wanted` in it; entries of other keys and fields beside `auths` stay. Unreadable text is replaced: the
 * kubelet can't use it either. Both and the result are secret.
 */
export function withCredentials(stored: string, wanted: string): string {
  const auths = { ...(authsOf(stored) ?? {}), ...(authsOf(wanted) ?? {}) }
  return JSON.stringify({ ...(objectOf(stored) ?? {}), auths })
}

/** `user:password` as the kubelet reads it: `auth` wins over the two fields. */
function login({ username, password, auth }: AuthEntry): string | null {
  if (typeof auth === 'string' && auth !== '') return Buffer.from(auth, 'base64').toString('utf8')
  return typeof username === 'string' && typeof password === 'string' ? `${username}:${password}` : null
}

function authsOf(text: string): Record<string, AuthEntry> | null {
  const { auths } = objectOf(text) ?? {}
  if (!isObject(auths)) return null
  return Object.fromEntries(
    Object.entries(auths).filter((entry): entry is [string, AuthEntry] => isObject(entry[1])),
  )
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
