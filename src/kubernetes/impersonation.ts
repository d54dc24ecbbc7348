/** The headers that ask the server to act as somebody else. */

import type { Impersonation } from './kubeconfig/target.ts'

/** Lists become repeated headers (Kubernetes documentation, "User impersonation"). */
export function impersonationHeaders(wanted: Impersonation | null): Record<string, string | string[]> {
  if (wanted === null) return {}
  const { user, uid, groups, extra } = wanted
  const extras = Object.entries(extra).map(([key, values]) => [`impersonate-extra-${escaped(key)}`, values])
  return {
    'impersonate-user': user,
    ...(uid !== '' && { 'impersonate-uid': uid }),
    ...(groups.length > 0 && { 'impersonate-group': groups }),
    ...Object.fromEntries(extras),
  }
}

/** Keys such as `example.com/scope` hold characters that a header's name may not; the server undoes percent-encoding. */
function escaped(key: string): string {
  return key.toLowerCase().replace(/[^a-z0-9!#$&'*+.^_`|~-]/g, encodeURIComponent)
}
