/** Connects a reader to the cluster that flags, kubeconfig and environment select. */

import type { ClusterReader } from './api/cluster.ts'
import type { ExchangeOptions } from './api/exchange.ts'
import { readerOver } from './api/reader.ts'
import { openConnection } from './http/open-connection.ts'
import type { ConnectionOptions } from './kubeconfig/connection-options.ts'

/**
 * Connects; nothing is sent yet.
 * @throws UsageError for flags or a kubeconfig that name no cluster, or one that can't be used
 */
export async function connectReader(options: ConnectionOptions & ExchangeOptions): Promise<ClusterReader> {
  return readerOver(await openConnection(options), options)
}
