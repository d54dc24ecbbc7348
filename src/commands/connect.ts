/** Opens the conversation with a cluster for a command. The client is loaded only by commands that need one. */

import type { Clock } from '../clock.ts'
import type { ClusterWriter } from '../kubernetes/cluster.ts'
import type { ConnectionFlags } from './context.ts'

/** What the kubeconfig rules look at besides the flags, and who is asking. */
export interface ConnectingHost {
  env: Record<string, string | undefined>
  cwd: string
  home: string
  version: string
  clock: Clock
  /** Takes the log lines of -v. */
  log(line: string): void
}

/** kubectl logs requests from this level on. */
const REQUESTS = 6

/** Connects with the cluster that flags and kubeconfig name. @throws UsageError, UnreachableError */
export async function connectTo(flags: ConnectionFlags, host: ConnectingHost): Promise<ClusterWriter> {
  const { connect } = await import('../kubernetes/connect.ts')
  const { verbosity = 0, ...rest } = flags
  const { env, cwd, home, version, clock } = host
  const verbose = verbosity >= REQUESTS ? { verbose: (line: string) => host.log(line) } : {}
  return connect({ ...rest, env, cwd, home, clock, userAgent: `pullguard/${version}`, ...verbose })
}
