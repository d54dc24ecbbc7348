/** Whom the machine trusts to vouch for a public server. */

import { getCACertificates } from 'node:tls'

/** Go, and with it kubectl and docker, trusts the system's store; Node's default is a list of its own. Takes longer than a request. */
export function publicAuthorities(): string[] {
  return [...getCACertificates('default'), ...getCACertificates('system')]
}
