/** Manages a cluster connection: prints the server's warnings, closes the connection, and turns failures into sentences. */

import { RefusedError, UnreachableError } from '../errors.ts'
import { ApiError } from '../kubernetes/api/api-error.ts'
import type { ClusterReader } from '../kubernetes/api/cluster.ts'
import { sanitizeLine } from '../report/sanitize.ts'
import { redact } from '../secrecy/redact.ts'
import type { CommandContext } from './context.ts'

/**
 * Waits for the connection, runs `work`, and closes the connection.
 * @param connecting a reader or, for commands that write, a writer
 * @throws RefusedError for a missing permission that `work` did not handle; UnreachableError for any other failed request; whatever `work`
 * throws
 */
export async function withCluster<Cluster extends ClusterReader, T>(
  connecting: Promise<Cluster>,
  context: CommandContext,
  work: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const cluster = await connecting
  try {
    return await work(cluster)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    const text = sanitizeLine(redact(error.message))
    if (error.status === 403)
      throw new RefusedError(`The API server refused the request: ${text}. Ask for a role that allows it.`)
    throw new UnreachableError(`The request to the API server failed: ${text}`)
  } finally {
    try {
      for (const warning of cluster.warnings())
        await context.err.write(`Warning: ${sanitizeLine(redact(warning))}\n`)
    } finally {
      await cluster.close()
    }
  }
}
