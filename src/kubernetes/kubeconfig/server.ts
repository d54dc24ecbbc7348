/** A cluster's server: its URL, and what it must present to be trusted. */

import { UsageError } from '../../errors.ts'
import { publicAuthorities } from '../../network/authorities.ts'
import { redactHost } from '../../secrecy/redact.ts'
import { pemText } from './pem-source.ts'
import type { Cluster } from './target.ts'

/**
 * `host`, `host:port` or a URL with or without a path prefix. Without a scheme it is https if the cluster entry has TLS settings,
 * else http (client-go rest.DefaultServerURL).
 * @throws UsageError
 */
export function serverUrl(cluster: Cluster, hasClientCertificate: boolean): URL {
  const { server, certificateAuthority, insecureSkipTlsVerify } = cluster
  const speaksTls = certificateAuthority !== null || insecureSkipTlsVerify || hasClientCertificate
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(server)
    ? server
    : `${speaksTls ? 'https' : 'http'}://${server}`
  const url = URL.canParse(full) ? new URL(full) : null
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(
      `The server ${redactHost(server)} is not a URL: write https://HOST:PORT in the kubeconfig or --server`,
    )
  }
  return url
}

export function isPlainHttp(url: URL): boolean {
  return url.protocol === 'http:'
}

/** What a server must present to be trusted, as options of Node's TLS. */
export interface Trust {
  /** PEM; absent if nothing is verified. */
  ca?: string | string[]
  servername?: string
  rejectUnauthorized: boolean
}

/** Returns what the server of that URL must present. @throws UsageError if the certificate authority can't be read */
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
    throw new UsageError(`The certificate authority ${place} contains no PEM certificate: correct it`)
  }
  return { ...servername, ca: own ?? publicAuthorities(), rejectUnauthorized: true }
}
