/** A cluster's server as a URL. */

import { UsageError } from '../../errors.ts'
import { redact } from '../../secrecy/redact.ts'
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
      `The server ${redact(server).replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/i, '$1[redacted]@')} is not a URL: write https://HOST:PORT in the kubeconfig or --server`,
    )
  }
  return url
}

export function isPlainHttp(url: URL): boolean {
  return url.protocol === 'http:'
}
