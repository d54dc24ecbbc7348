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

/** `stored` with the entries of `wanted` in it; entries of other keys stay. Unreadable text is replaced: the kubelet can't use it either. */
export function withCredentials(stored: string, wanted: string): string {
  return JSON.stringify({ auths: { ...(authsOf(stored) ?? {}), ...(authsOf(wanted) ?? {}) } })
}

/** `user:password` as the kubelet reads it: `auth` wins over the two fields. */
function login({ username, password, auth }: AuthEntry): string | null {
  if (typeof auth === 'string' && auth !== '') return Buffer.from(auth, 'base64').toString('utf8')
  return typeof username === 'string' && typeof password === 'string' ? `${username}:${password}` : null
}

function authsOf(text: string): Record<string, AuthEntry> | null {
  try {
    const { auths } = JSON.parse(text) as { auths?: unknown }
    return typeof auths === 'object' && auths !== null && !Array.isArray(auths)
      ? Object.fromEntries(
          Object.entries(auths).filter(([, entry]) => typeof entry === 'object' && entry !== null),
        )
      : null
  } catch {
    return null
  }
}
