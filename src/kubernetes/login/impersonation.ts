/** The headers that ask the server to act as somebody else. */

import { UsageError } from '../../errors.ts'
import type { Impersonation } from '../kubeconfig/target.ts'

/** Lists become repeated headers (Kubernetes documentation, "User impersonation"). */
export function impersonationHeaders(wanted: Impersonation | null): Record<string, string | string[]> {
  if (wanted === null) return {}
  const { user, uid, groups, extra } = wanted
  const extras = Object.entries(extra).map(([key, values]) => [
    `impersonate-extra-${escaped(key)}`,
    values.map(carried),
  ])
  return {
    'impersonate-user': carried(user),
    ...(uid !== '' && { 'impersonate-uid': carried(uid) }),
    ...(groups.length > 0 && { 'impersonate-group': groups.map(carried) }),
    ...Object.fromEntries(extras),
  }
}

/** The server reads UTF-8, and a header is written byte by byte. */
function carried(value: string): string {
  if (!/\p{Cc}/u.test(value)) return Buffer.from(value, 'utf8').toString('latin1')
  throw new UsageError(
    `The user to act as, ${JSON.stringify(value)}, contains a control character: correct --as, --as-group, --as-uid or the kubeconfig`,
  )
}

/** Keys such as `example.com/scope` hold characters that a header's name may not; the server undoes percent-encoding. */
function escaped(key: string): string {
  return Buffer.from(key.toLowerCase(), 'utf8')
    .toString('latin1')
    .replace(/[^a-z0-9!#$&'*+.^_`|~-]/g, byte => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`)
}
