/** The certificate authorities that this machine trusts. */

import { getCACertificates } from 'node:tls'

/** Go, and with it kubectl and docker, trusts the system's store; Node by default only its bundled list. Slow: takes longer than a request. */
export function publicAuthorities(): string[] {
  return [...getCACertificates('default'), ...getCACertificates('system')]
}
