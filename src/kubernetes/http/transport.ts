/** The pool of connections to one API server, with its TLS and its proxy. */

import { createSecureContext } from 'node:tls'
import { Agent, type Dispatcher, ProxyAgent } from 'undici'
import { UsageError } from '../../errors.ts'
import { publicAuthorities } from '../../network/authorities.ts'
import { pemText } from '../kubeconfig/pem-source.ts'
import { isPlainHttp } from '../kubeconfig/server-url.ts'
import type { Cluster } from '../kubeconfig/target.ts'
import type { ClientCredential } from '../login/client-credential.ts'

/** What a server must present to be trusted, as options of Node's TLS. */
export interface Trust {
  /** PEM; absent if nothing is verified. */
  ca?: string | string[]
  servername?: string
  rejectUnauthorized: boolean
}

/** @throws UsageError if the certificate authority can't be read */
export async function trustOf(cluster: Cluster, server: URL): Promise<Trust> {
  const servername = cluster.tlsServerName === '' ? {} : { servername: cluster.tlsServerName }
  if (isPlainHttp(server) || cluster.insecureSkipTlsVerify) {
    return { ...servername, rejectUnauthorized: false }
  }
  const authority = cluster.certificateAuthority
  const own = (await pemText(authority, 'certificate authority'))?.reveal() ?? null
  // Node treats text without a certificate as an empty list and then trusts no server.
  if (own !== null && !/-----BEGIN (X509 |TRUSTED )?CERTIFICATE-----/.test(own)) {
    const place = authority !== null && 'file' in authority ? authority.file : 'in the kubeconfig'
    throw new UsageError(`The certificate authority ${place} holds no PEM certificate: correct it`)
  }
  return { ...servername, ca: own ?? publicAuthorities(), rejectUnauthorized: true }
}

/** In milliseconds. The API server's own limit for a request other than a watch is 60 s. */
const SILENCE = 90_000
const CONNECT_TIMEOUT = 10_000
const POOL = {
  // Reads are limited elsewhere. A watch keeps its connection as long as it runs.
  connections: 64,
  pipelining: 1,
  allowH2: false,
  keepAliveTimeout: 30_000,
  headersTimeout: SILENCE,
  bodyTimeout: SILENCE,
}

/** Creates a pool that presents this client certificate to the server; `proxy` is null for direct connections. */
export function poolFor(trust: Trust, { certificate, key }: ClientCredential, proxy: URL | null): Dispatcher {
  const shown = certificate !== null && key !== null ? { cert: certificate, key: key.reveal() } : {}
  const { ca, ...checks } = trust
  // Created once: reading hundreds of public authorities again for each connection takes longer than a request.
  const secureContext = createSecureContext({ ...(ca !== undefined && { ca }), ...shown })
  const tls = { ...checks, secureContext, timeout: CONNECT_TIMEOUT, allowH2: false }
  if (proxy === null) return new Agent({ ...POOL, connect: tls })
  return new ProxyAgent({
    ...POOL,
    uri: proxy.href,
    requestTls: tls,
    connectTimeout: CONNECT_TIMEOUT,
    ...(proxy.protocol === 'https:' && { proxyTls: { ca: publicAuthorities(), timeout: CONNECT_TIMEOUT } }),
  })
}
