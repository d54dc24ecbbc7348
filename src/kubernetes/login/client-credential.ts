/** A credential for requests: a login, a client certificate, or both, and whether they can be sent at all. */

import { createSecureContext } from 'node:tls'
import type { Redacted } from '../../secrecy/redacted.ts'

export interface ClientCredential {
  /** The Authorization header; null if only the certificate identifies the user, or nothing does. */
  authorization: Redacted | null
  /** PEM; null without a client certificate. */
  certificate: string | null
  key: Redacted | null
}

export interface CredentialWithExpiry {
  credential: ClientCredential
  /** In milliseconds since 1970; Infinity if no expiry is known. */
  expiresAt: number
}

export function hasSameCertificate(a: ClientCredential, b: ClientCredential): boolean {
  return a.certificate === b.certificate && a.key?.reveal() === b.key?.reveal()
}

/** Whether the token can be sent in a header: `echo` or folded YAML text easily adds a line break. */
export function isHeaderSafe(token: Redacted): boolean {
  return /^[\x20-\x7e]*$/.test(token.reveal())
}

/** What is wrong with the pair, as a clause for people that quotes none of it; null if it can be presented to a server, or is not whole. */
export function certificateFault(certificate: string | null, secretKey: Redacted | null): string | null {
  if (certificate === null || secretKey === null) return null
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
