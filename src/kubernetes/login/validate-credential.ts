/** Validates tokens and client certificates before anything is sent with them. */

import { createSecureContext } from 'node:tls'
import type { Redacted } from '../../secrecy/redacted.ts'

/** Whether it can be sent in a header: `echo` or folded YAML text easily add a line break to a token. */
export function isHeaderSafe(token: Redacted): boolean {
  return /^[\x20-\x7e]*$/.test(token.reveal())
}

/** What is wrong with the pair, as a clause for people that quotes nothing of it; null where it can be shown to a server. */
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
