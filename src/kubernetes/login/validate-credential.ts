/** Tells whether a token or a client certificate can be used at all, before anything is sent with it. */

import { createSecureContext } from 'node:tls'
import type { Redacted } from '../../secrecy/redacted.ts'

/** Whether a header can carry it: a line break gets into a token easily, by `echo` or a folded text in YAML. */
export function isHeaderSafe(token: Redacted): boolean {
  return /^[\x20-\x7e]*$/.test(token.reveal())
}

/** What is wrong with the pair, as a clause for people that quotes nothing of it; null where it can be shown to a server. */
export function certificateFault(certificate: string, secretKey: Redacted): string | null {
  const key = secretKey.reveal()
  if (!loads({ cert: certificate })) return 'the certificate is no PEM that can be read'
  if (loads({ cert: certificate, key })) return null
  if (/ENCRYPTED/.test(key)) {
    return 'its key is encrypted, and nobody is asked for a passphrase: decrypt it with `openssl pkey`'
  }
  return loads({ key }) ? 'its key belongs to another certificate' : 'its key is no PEM that can be read'
}

function loads(pair: { cert?: string; key?: string }): boolean {
  try {
    createSecureContext(pair)
    return true
  } catch {
    return false
  }
}
