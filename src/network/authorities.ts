/** The certificate authorities that this machine trusts. */

import { getCACertificates } from 'node:tls'

/** Go, and thus kubectl and docker, trusts the system's store; Node by default trusts only its bundled list. Slower than a request. */
export function publicAuthorities(): string[] {
  return [...getCACertificates('default'), ...getCACertificates('system')]
}
