/** Connects a reader and writer. Commands that only read must not import it (test/architecture.test.ts). */

import type { ExchangeOptions } from './api/exchange.ts'
import { type ClusterWriter, writerOver } from './api/writer.ts'
import { openConnection } from './http/open-connection.ts'
import type { ConnectionOptions } from './kubeconfig/connection-options.ts'

/** Connects as connectReader does. @throws UsageError */
export async function connectWriter(options: ConnectionOptions & ExchangeOptions): Promise<ClusterWriter> {
  return writerOver(await openConnection(options), options)
}
