/** The pool of connections to one API server, with its TLS and its proxy. */

import { getCACertificates } from 'node:tls'
import { Agent, type Dispatcher } from 'undici'
import type { Credential } from './credentials/credential.ts'
import { materialText } from './credentials/material.ts'
import type { Cluster } from './kubeconfig/target.ts'
import { isPlainHttp } from './server-url.ts'

export interface Trust {
  /** PEM; undefined where TLS is not spoken or not verified. */
  ca?: string | string[]
  servername?: string
  rejectUnauthorized: boolean
}

/**
 * What a server must show to be believed.
 * @throws UsageError where the certificate authority can't be read
 */
export async function trustOf(cluster: Cluster, server: URL): Promise<Trust> {
  const servername = cluster.tlsServerName === '' ? {} : { servername: cluster.tlsServerName }
  if (isPlainHttp(server) || cluster.insecureSkipTlsVerify)
    return { ...servername, rejectUnauthorized: false }
  const own = await materialText(cluster.certificateAuthority, 'certificate authority')
  // Go trusts the system's store; Node's default is a list of its own.
  const ca = own ?? [...getCACertificates('default'), ...getCACertificates('system')]
  return { ...servername, ca, rejectUnauthorized: true }
}

/** The API server's own bound on a request that is not a watch is 60 s. */
const SILENCE = 90_000
const CONNECT_TIMEOUT = 10_000
const CONNECTIONS = 16

/** A pool that shows this client certificate to the server. */
export function poolFor(trust: Trust, { certificate, key }: Credential): Dispatcher {
  const tls = { ...trust, ...(certificate !== null && key !== null && { cert: certificate, key }) }
  return new Agent({
    connections: CONNECTIONS,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: 30_000,
    headersTimeout: SILENCE,
    bodyTimeout: SILENCE,
    connect: { ...tls, timeout: CONNECT_TIMEOUT, allowH2: false },
  })
}
