/** The door to a cluster: everything the rest of the house gets from the API server begins here. */

import type { ClusterWriter } from './api/cluster.ts'
import { clusterOver } from './api/cluster-client.ts'
import { openConnection } from './http/open-connection.ts'
import type { ConnectionOptions } from './kubeconfig/connection-options.ts'

/** How each request is bounded and told of. */
interface ConversationOptions {
  /** Milliseconds; 0 means no bound. */
  requestTimeoutMs?: number
  /** Told one line for each request. */
  verbose?: (line: string) => void
}

/**
 * Connects with the cluster that flags, kubeconfig and environment name; nothing is sent yet.
 * @throws UsageError for flags or a kubeconfig that name no cluster, or one that can't be used
 */
export async function connect(options: ConnectionOptions & ConversationOptions): Promise<ClusterWriter> {
  const { requestTimeoutMs, verbose } = options
  return clusterOver(await openConnection(options), {
    ...(requestTimeoutMs !== undefined && { requestTimeoutMs }),
    ...(verbose && { verbose }),
  })
}
