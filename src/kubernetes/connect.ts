/** The door to a cluster: everything the rest of the house gets from the API server begins here. */

import type { Clock } from '../clock.ts'
import type { ClusterWriter } from './cluster.ts'
import { clusterOver } from './cluster-client.ts'
import type { ConnectionOptions } from './connection-options.ts'
import { openConnection } from './open-connection.ts'

/** How each request is bounded and told of. */
interface ConversationOptions {
  clock: Clock
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
  const { clock, requestTimeoutMs, verbose } = options
  return clusterOver(await openConnection(options, clock), {
    clock,
    ...(requestTimeoutMs !== undefined && { requestTimeoutMs }),
    ...(verbose && { verbose }),
  })
}
