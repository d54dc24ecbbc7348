/** Acting as another user: from the kubeconfig and the flags to the headers of a request. */

import { UsageError } from '../../errors.ts'
import type { ConnectionOptions } from './connection-options.ts'
import { type Fields, mapping, text, texts } from './kubeconfig.ts'

export interface Impersonation {
  user: string
  uid: string
  groups: string[]
  extra: Record<string, string[]>
}

/** Who the entry of a user acts as; null for nobody. */
export function impersonationOf(fields: Fields): Impersonation | null {
  const extra = mapping(fields['as-user-extra']) ?? {}
  const found = {
    user: text(fields, 'as'),
    uid: text(fields, 'as-uid'),
    groups: texts(fields, 'as-groups'),
    extra: Object.fromEntries(Object.keys(extra).map(key => [key, texts(extra, key)])),
  }
  return isEmpty(found) ? null : found
}

const isEmpty = ({ user, uid, groups, extra }: Impersonation) =>
  user === '' && uid === '' && groups.length === 0 && Object.keys(extra).length === 0

/**
 * The kubeconfig's impersonation, overridden by --as, --as-uid and --as-group.
 * @throws UsageError for a group or uid without a user, which the server would refuse
 */
export function impersonationBy(
  own: Impersonation | null,
  flags: Pick<ConnectionOptions, 'as' | 'asUid' | 'asGroup'>,
): Impersonation | null {
  const base = own ?? { user: '', uid: '', groups: [], extra: {} }
  const { asGroup = [] } = flags
  const wanted: Impersonation = {
    ...base,
    user: flags.as || base.user,
    uid: flags.asUid || base.uid,
    groups: asGroup.length > 0 ? asGroup : base.groups,
  }
  if (isEmpty(wanted)) return null
  if (wanted.user === '') throw new UsageError('--as-group and --as-uid need --as: add --as USER')
  return wanted
}

/** Impersonation headers; lists become repeated headers (Kubernetes documentation, "User impersonation"). */
export function impersonationHeaders(wanted: Impersonation | null): Record<string, string | string[]> {
  if (wanted === null) return {}
  const { user, uid, groups, extra } = wanted
  const extras = Object.entries(extra).map(([key, values]) => [
    `impersonate-extra-${escapedHeaderName(key)}`,
    values.map(headerValue),
  ])
  return {
    'impersonate-user': headerValue(user),
    ...(uid !== '' && { 'impersonate-uid': headerValue(uid) }),
    ...(groups.length > 0 && { 'impersonate-group': groups.map(headerValue) }),
    ...Object.fromEntries(extras),
  }
}

/** The server expects UTF-8, and Node writes headers as Latin-1, one byte per character. */
function headerValue(value: string): string {
  if (!/\p{Cc}/u.test(value)) return Buffer.from(value, 'utf8').toString('latin1')
  throw new UsageError(
    `The user to act as, ${JSON.stringify(value)}, contains a control character: correct --as, --as-group, --as-uid, or the kubeconfig`,
  )
}

/** Keys such as `example.com/scope` contain characters that are invalid in header names; the server decodes percent-encoding. */
function escapedHeaderName(key: string): string {
  return Buffer.from(key.toLowerCase(), 'utf8')
    .toString('latin1')
    .replace(/[^a-z0-9!#$&'*+.^_`|~-]/g, byte => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`)
}
