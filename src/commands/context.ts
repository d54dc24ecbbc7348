/** What every command receives, so that tests can replace it: streams, clock, environment, and the way to a cluster. Commands read and write files on their own. */

import type { Clock } from '../clock.ts'
import type { ClusterReader } from '../kubernetes/api/cluster.ts'
import type { ClusterFlags } from '../kubernetes/kubeconfig/connection-options.ts'
import type { Input, Output, ProgressLine, Questions } from '../terminal.ts'

/** How a command ended; main maps it to the exit code. */
export type ExitName = 'ok' | 'findings' | 'usage' | 'incomplete' | 'unreachable' | 'refused'

/** kubectl's connection flags. */
export interface ConnectionFlags extends ClusterFlags {
  /** Milliseconds; 0 means no limit, as in kubectl. */
  requestTimeoutMs?: number
  /** `-v`: logs requests from 6 on, without credentials and bodies. */
  verbosity?: number
  /** Log in only with what the kubeconfig contains: run no exec plugin, and renew no token. */
  storedLoginOnly?: boolean
}

export interface CommandContext {
  /** The name the program was started with, for commands in the output. */
  program: 'pullguard' | 'kubectl pullguard'
  version: string
  env: Record<string, string | undefined>
  home: string
  cwd: string
  clock: Clock
  /** When the process started, in the clock's milliseconds. */
  startedAt: number
  now(): Date
  /** Aborted by Ctrl-C, SIGTERM, and a closed terminal. */
  signal: AbortSignal
  stdin: Input
  out: Output
  err: Output
  progress(): Promise<ProgressLine>
  ask: Questions
  /** Runs a command line of this program with a different environment, home, working directory, and clock. */
  run(argv: string[], elsewhere: Pick<CommandContext, 'env' | 'home' | 'cwd' | 'clock'>): Promise<ExitName>
  /** Connects, read-only, to the cluster that flags and kubeconfig select. @throws UsageError, UnreachableError */
  connect(flags: ConnectionFlags): Promise<ClusterReader>
}
