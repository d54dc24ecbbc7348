/** Opens an authenticated connection to the cluster that kubeconfig, flags and environment name. */

import type { Clock } from '../../clock.ts'
import { isLoopback } from '../../network/loopback.ts'
import { proxyFor } from '../../network/proxy.ts'
import type { ConnectionOptions } from '../kubeconfig/connection-options.ts'
import { findTarget } from '../kubeconfig/find-target.ts'
import { serverUrl } from '../kubeconfig/server-url.ts'
import { impersonationHeaders } from '../login/client-credential.ts'
import { credentialSource } from '../login/credential-source.ts'
import type { Connection } from './connection.ts'
import { PooledConnection } from './pooled-connection.ts'
import { trustOf } from './transport.ts'

/**
 * Reads the kubeconfig and the certificates; nothing is sent, and no plugin runs, before the first request.
 * @param clock decides when a login has expired
 * @throws UsageError for a kubeconfig that is missing, malformed, or lacks what the flags name
 */
export async function openConnection(options: ConnectionOptions, clock: Clock): Promise<Connection> {
  const target = await findTarget(options)
  const { cluster, user } = target
  const server = serverUrl(cluster, user.clientCertificate !== null)
  const ending = new AbortController()
  // On this machine, compression costs more than it saves.
  const unpacked = isLoopback(server) || cluster.disableCompression
  return new PooledConnection({
    context: target.context,
    namespace: target.namespace,
    server,
    proxy: proxyFor(server, cluster.proxyUrl, options.env),
    trust: await trustOf(cluster, server),
    credentials: await credentialSource(target, server, options, clock, ending.signal),
    headers: {
      'user-agent': options.userAgent,
      ...(!unpacked && { 'accept-encoding': 'gzip' }),
      ...impersonationHeaders(user.impersonate),
    },
    ending,
  })
}
