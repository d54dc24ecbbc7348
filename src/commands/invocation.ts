/** Records how this run was started, for commands in its output. */

import type { Invocation, Only } from '../report/invocation.ts'
import type { CommandContext, ConnectionFlags } from './context.ts'

/** Flags with a value, in the order in which kubectl explains them. */
const NAMED = [
  ['kubeconfig', '--kubeconfig'],
  ['context', '--context'],
  ['cluster', '--cluster'],
  ['user', '--user'],
  ['server', '--server'],
  ['certificateAuthority', '--certificate-authority'],
  ['clientCertificate', '--client-certificate'],
  ['clientKey', '--client-key'],
  ['tlsServerName', '--tls-server-name'],
  ['as', '--as'],
  ['asUid', '--as-uid'],
] as const satisfies [keyof ConnectionFlags, string][]

/**
 * Returns the connection flags that a suggested command must repeat to reach the same cluster as the same user.
 * @param fromDump the facts came from files, so no command may name a cluster
 * @param only the scope of the run, if narrower than whole namespaces
 */
export function invocationOf(
  { program }: Pick<CommandContext, 'program'>,
  connection: ConnectionFlags,
  fromDump = false,
  only: Only | null = null,
): Invocation {
  const flags = NAMED.flatMap(([name, flag]) => {
    const value = connection[name]
    return value === undefined ? [] : [flag, value]
  })
  if (connection.insecureSkipTlsVerify === true) flags.push('--insecure-skip-tls-verify')
  for (const group of connection.asGroup ?? []) flags.push('--as-group', group)
  // The token is a secret: only a placeholder is printed.
  if (connection.token !== undefined) flags.push('--token', '<token>')
  return { program, flags, fromDump, ...(only !== null && { only }) }
}

/** Returns the run's scope by names or labels; null if it covered whole namespaces. */
export function onlyOf(isNamed: boolean, selector: string | null | undefined): Only | null {
  if (isNamed) return { named: true }
  return selector == null ? null : { selector }
}
