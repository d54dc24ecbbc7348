/** What every command gets: streams, clock, environment, and the connection to a cluster. Nothing else reaches outside the process. */

import type { Clock } from '../clock.ts'
import type { ClusterReader } from '../kubernetes/api/cluster.ts'
import type { ClusterFlags } from '../kubernetes/kubeconfig/connection-options.ts'
import type { Input, Output, Progress, Questions } from '../terminal.ts'

/** How a command ended; main maps it to the exit code. */
export type ExitName = 'ok' | 'findings' | 'usage' | 'incomplete' | 'unreachable' | 'refused'

/** kubectl's connection flags. */
export interface ConnectionFlags extends ClusterFlags {
  /** Milliseconds; 0 means no bound, as with kubectl. */
  requestTimeoutMs?: number
  /** `-v`: 6 and up logs requests, without credentials and bodies. */
  verbosity?: number
  /** Log in only with what the kubeconfig has: run no exec plugin, and renew no token. */
  storedLoginOnly?: boolean
}

export interface CommandContext {
  /** How the user started the program, for the commands that the output proposes. */
  program: 'pullguard' | 'kubectl pullguard'
  version: string
  env: Record<string, string | undefined>
  home: string
  cwd: string
  clock: Clock
  /** When the process began, in the clock's milliseconds. */
  startedAt: number
  now(): Date
  /** Aborted by Ctrl-C, SIGTERM, and a terminal that is closed. */
  signal: AbortSignal
  stdin: Input
  out: Output
  err: Output
  progress(): Promise<Progress>
  ask: Questions
  /** Runs a command line of this program with another environment, home, working directory, and clock. */
  run(argv: string[], elsewhere: Pick<CommandContext, 'env' | 'home' | 'cwd' | 'clock'>): Promise<ExitName>
  /** Connects, for reading, to the cluster that the flags and the kubeconfig name. @throws UsageError, UnreachableError */
  connect(flags: ConnectionFlags): Promise<ClusterReader>
}
