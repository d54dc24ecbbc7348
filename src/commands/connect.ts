/** Connects a command to a cluster. Only commands that need the client load it. */

import type { Clock } from '../clock.ts'
import type { ClusterReader } from '../kubernetes/api/cluster.ts'
import type { ExchangeOptions } from '../kubernetes/api/exchange.ts'
import type { ClusterWriter } from '../kubernetes/api/writer.ts'
import type { ConnectionOptions } from '../kubernetes/kubeconfig/connection-options.ts'
import { waitingText } from '../report/views/progress.ts'
import type { ConnectionFlags } from './context.ts'

/**
 * What a connection needs in addition to the flags: the environment for the kubeconfig rules, the clock, and the version for the user
 * agent.
 */
export interface ConnectingHost {
  env: Record<string, string | undefined>
  cwd: string
  home: string
  version: string
  clock: Clock
  /** Receives the log lines of -v, and messages about what the connection is waiting for. */
  log(line: string): void
}

/** The level from which kubectl logs requests. */
const REQUESTS = 6

/** Connects, read-only, to the cluster that flags and kubeconfig select. @throws UsageError, UnreachableError */
export async function readerFor(flags: ConnectionFlags, host: ConnectingHost): Promise<ClusterReader> {
  const { connectReader } = await import('../kubernetes/connect-reader.ts')
  return connectReader(optionsOf(flags, host))
}

/** Connects for reading and writing. @throws UsageError, UnreachableError */
export async function writerFor(flags: ConnectionFlags, host: ConnectingHost): Promise<ClusterWriter> {
  const { connectWriter } = await import('../kubernetes/connect-writer.ts')
  return connectWriter(optionsOf(flags, host))
}

function optionsOf(flags: ConnectionFlags, host: ConnectingHost): ConnectionOptions & ExchangeOptions {
  const { verbosity = 0, ...rest } = flags
  const { env, cwd, home, version, clock } = host
  const verbose = verbosity >= REQUESTS ? { verbose: (line: string) => host.log(line) } : {}
  const onWait = (server: string, context: string | null) => host.log(waitingText(server, context))
  return { ...rest, env, cwd, home, clock, userAgent: `pullguard/${version}`, onWait, ...verbose }
}
