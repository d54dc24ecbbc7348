/** What a report must know about this run: how it was started, for commands in its output, and the output that it is written to. */

import type { ClusterFlags } from '../kubernetes/kubeconfig/connection-options.ts'
import type { PlanScope } from '../plan/plan.ts'
import type { ReportOptions } from '../report/formats.ts'
import type { Invocation, Only } from '../report/invocation.ts'
import type { Output } from '../terminal.ts'
import type { CommandContext, ConnectionFlags } from './context.ts'
import type { SnapshotOptions } from './snapshot.ts'

/** Flags that are not repeated with their value as it is. */
type OtherFlag = 'insecureSkipTlsVerify' | 'asGroup' | 'token' | 'namespace'
type ValueFlag = Exclude<keyof ClusterFlags, OtherFlag>

/**
 * Flags with a value, in the order in which kubectl explains them. A record, so that the compiler notices one that is missing: without it,
 * a suggested command could reach another cluster.
 */
const VALUE_FLAGS: Record<ValueFlag, string> = {
  kubeconfig: '--kubeconfig',
  context: '--context',
  cluster: '--cluster',
  user: '--user',
  server: '--server',
  certificateAuthority: '--certificate-authority',
  clientCertificate: '--client-certificate',
  clientKey: '--client-key',
  tlsServerName: '--tls-server-name',
  as: '--as',
  asUid: '--as-uid',
}

/** What a run looked at. */
interface RunScope {
  /** The facts came from files, so no command may name a cluster. */
  fromDump?: boolean
  /** By names or labels; null for whole namespaces. */
  only?: Only | null
  /** The excluded namespaces of a run that looked at all others; null if it looked at certain namespaces. */
  everywhereExcept?: readonly string[] | null
}

/** Returns the connection flags that a suggested command must repeat to reach the same cluster as the same user. */
export function invocationOf(
  { program }: Pick<CommandContext, 'program'>,
  connection: ConnectionFlags,
  { fromDump = false, only = null, everywhereExcept = null }: RunScope = {},
): Invocation {
  const flags = Object.entries(VALUE_FLAGS).flatMap(([name, flag]) => {
    const value = connection[name as ValueFlag]
    return value === undefined ? [] : [flag, value]
  })
  if (connection.insecureSkipTlsVerify === true) flags.push('--insecure-skip-tls-verify')
  for (const group of connection.asGroup ?? []) flags.push('--as-group', group)
  // The token is a secret: only a placeholder is printed.
  if (connection.token !== undefined) flags.push('--token', '<token>')
  return {
    program,
    flags,
    fromDump,
    ...(only !== null && { only }),
    ...(everywhereExcept !== null && { everywhereExcept }),
  }
}

/** Like `invocationOf`, for a run that looked at these pods, so that it suggests commands for no others. */
export function invocationOfLook(
  context: Pick<CommandContext, 'program'>,
  options: Omit<SnapshotOptions, 'recursive'>,
): Invocation {
  const { connection, files, names = [], selector, excludedNamespaces = [] } = options
  const fromDump = files.length > 0
  const everywhere = options.allNamespaces || (fromDump && connection.namespace === undefined)
  const only = onlyOf(names.length > 0, selector)
  const everywhereExcept = everywhere ? excludedNamespaces : null
  return invocationOf(context, connection, { fromDump, only, everywhereExcept })
}

/** Like `invocationOf`, for a fix with this scope. */
export function invocationOfFix(
  context: Pick<CommandContext, 'program'>,
  connection: ConnectionFlags,
  { namespaces, excluded, subjects, selector }: PlanScope,
): Invocation {
  const only = onlyOf(subjects !== undefined, selector)
  return invocationOf(context, connection, { only, everywhereExcept: namespaces === null ? excluded : null })
}

/** Returns the run's scope by names or labels; null if it covered whole namespaces. */
function onlyOf(isNamed: boolean, selector: string | null | undefined): Only | null {
  if (isNamed) return { named: true }
  return selector == null || selector.trim() === '' ? null : { selector }
}

/** Returns what a report must know about the output that it is written to. */
export function screenOf({
  width,
  color,
  isTerminal,
}: Output): Pick<ReportOptions, 'width' | 'color' | 'terminal'> {
  return { width, color, terminal: isTerminal }
}
