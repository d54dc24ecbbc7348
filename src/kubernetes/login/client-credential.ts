/** Credentials for requests: the login, impersonation, where a fresh login comes from, and whether one can be sent at all. */

import { createSecureContext } from 'node:tls'
import type { Clock } from '../../clock.ts'
import { UsageError } from '../../errors.ts'
import type { Redacted } from '../../secrecy/redacted.ts'
import type { Impersonation } from '../kubeconfig/target.ts'

export interface ClientCredential {
  /** The Authorization header; null if only the certificate identifies the user, or nothing does. */
  authorization: Redacted | null
  /** PEM; null without a client certificate. */
  certificate: string | null
  key: Redacted | null
}

export interface CredentialSource {
  current(): Promise<ClientCredential>
  /** After a 401 to `refused`: another credential to try, or null if there is none. */
  renewed(refused: ClientCredential): Promise<ClientCredential | null>
}

/** A credential that never changes. */
export function fixed(credential: ClientCredential): CredentialSource {
  return { current: async () => credential, renewed: async () => null }
}

export interface CredentialWithExpiry {
  credential: ClientCredential
  /** In milliseconds since 1970; Infinity if no expiry is known. */
  expiresAt: number
}

/** A credential that is fetched once for all requests, and again once it has expired or was refused. */
export function fetchedBy(fetch: () => Promise<CredentialWithExpiry>, clock: Clock): CredentialSource {
  let last: Promise<CredentialWithExpiry> | null = null
  /** Many requests may notice at the same time that `seen` has expired; the first one fetches for all. */
  const after = async (seen: Promise<CredentialWithExpiry> | null) => {
    if (last === null || last === seen) last = fetch()
    return (await last).credential
  }
  return {
    async current() {
      const seen = last
      const held = await seen
      return held !== null && clock.now() < held.expiresAt ? held.credential : after(seen)
    },
    async renewed(refused) {
      const seen = last
      const held = (await seen)?.credential
      if (held !== undefined && held !== refused) return held
      const fresh = await after(seen)
      return isSame(fresh, refused) ? null : fresh
    },
  }
}

/** Whether both would send the same bytes. */
function isSame(a: ClientCredential, b: ClientCredential): boolean {
  return a.authorization?.reveal() === b.authorization?.reveal() && hasSameCertificate(a, b)
}

export function hasSameCertificate(a: ClientCredential, b: ClientCredential): boolean {
  return a.certificate === b.certificate && a.key?.reveal() === b.key?.reveal()
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
    `The user to act as, ${JSON.stringify(value)}, contains a control character: correct --as, --as-group, --as-uid or the kubeconfig`,
  )
}

/** Keys such as `example.com/scope` contain characters that are invalid in header names; the server decodes percent-encoding. */
function escapedHeaderName(key: string): string {
  return Buffer.from(key.toLowerCase(), 'utf8')
    .toString('latin1')
    .replace(/[^a-z0-9!#$&'*+.^_`|~-]/g, byte => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

/** Whether the token can be sent in a header: `echo` or folded YAML text easily adds a line break. */
export function isHeaderSafe(token: Redacted): boolean {
  return /^[\x20-\x7e]*$/.test(token.reveal())
}

/** What is wrong with the pair, as a clause for people that quotes none of it; null if it can be presented to a server. */
export function certificateFault(certificate: string, secretKey: Redacted): string | null {
  const key = secretKey.reveal()
  if (!loads({ cert: certificate })) return 'the certificate is not valid PEM'
  if (loads({ cert: certificate, key })) return null
  if (/ENCRYPTED/.test(key)) {
    return 'its key is encrypted, and pullguard does not ask for a passphrase: decrypt it with `openssl pkey`'
  }
  return loads({ key }) ? 'its key belongs to another certificate' : 'its key is not valid PEM'
}

function loads(pair: { cert?: string; key?: string }): boolean {
  try {
    createSecureContext(pair)
    return true
  } catch {
    return false
  }
}
