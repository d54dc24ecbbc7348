/** What one request is sent with to prove who sends it, and where a fresh one comes from. */

import type { Clock } from '../../clock.ts'

export interface Credential {
  /** The Authorization header; null where the certificate is the proof, or nothing is. */
  authorization: string | null
  /** PEM; null without a client certificate. */
  certificate: string | null
  key: string | null
}

export interface CredentialSource {
  current(): Promise<Credential>
  /** After a 401 to `refused`: another credential to try, or null where there is none. */
  renewed(refused: Credential): Promise<Credential | null>
}

/** A credential that stays what it is. */
export function fixed(credential: Credential): CredentialSource {
  return { current: async () => credential, renewed: async () => null }
}

export interface Fetched {
  credential: Credential
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

const isSame = (a: Credential, b: Credential) =>
  a.authorization === b.authorization && a.certificate === b.certificate && a.key === b.key
