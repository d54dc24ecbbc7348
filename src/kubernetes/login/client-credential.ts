/** What one request is sent with to prove who sends it, and where a fresh one comes from. */

import type { Clock } from '../../clock.ts'
import type { Redacted } from '../../secrecy/redacted.ts'

export interface ClientCredential {
  /** The Authorization header; null where the certificate is the proof, or nothing is. */
  authorization: Redacted | null
  /** PEM; null without a client certificate. */
  certificate: string | null
  key: Redacted | null
}

export interface CredentialSource {
  current(): Promise<ClientCredential>
  /** After a 401 to `refused`: another credential to try, or null where there is none. */
  renewed(refused: ClientCredential): Promise<ClientCredential | null>
}

/** A credential that stays what it is. */
export function fixed(credential: ClientCredential): CredentialSource {
  return { current: async () => credential, renewed: async () => null }
}

export interface Fetched {
  credential: ClientCredential
  /** Milliseconds; Infinity where it is not known to end. */
  expiresAt: number
}

/** A credential that is fetched once for all requests, and again once it has expired or was refused. */
export function fetchedBy(fetch: () => Promise<Fetched>, clock: Clock): CredentialSource {
  let last: Promise<Fetched> | null = null
  /** Many requests find out at once that `seen` is of no use; the first of them fetches for all. */
  const after = async (seen: Promise<Fetched> | null) => {
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

/** Whether both would be the same on the wire. */
function isSame(a: ClientCredential, b: ClientCredential): boolean {
  return a.authorization?.reveal() === b.authorization?.reveal() && hasSameCertificate(a, b)
}

export function hasSameCertificate(a: ClientCredential, b: ClientCredential): boolean {
  return a.certificate === b.certificate && a.key?.reveal() === b.key?.reveal()
}
