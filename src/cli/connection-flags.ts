/** The flags that say which cluster and who asks, each as kubectl has it. */

import { type Command, InvalidArgumentError, Option } from 'commander'
import type { ConnectionFlags } from '../commands/context.ts'
import { Redacted } from '../secrecy/redacted.ts'
import { parseDuration, repeatable } from './flag-values.ts'

function parseVerbosity(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Give a number from 0 to 9.')
  return Number(text)
}

/** Adds them, listed in the help. */
export function listConnectionFlags(command: Command): Command {
  return command
    .option('--kubeconfig <file>', 'kubeconfig file instead of $KUBECONFIG or ~/.kube/config')
    .option('--context <name>', 'kubeconfig context to use')
    .option('--cluster <name>', 'kubeconfig cluster to use')
    .option('--user <name>', 'kubeconfig user to use')
    .option('-s, --server <url>', 'address of the API server')
    .option('--token <token>', 'bearer token for the API server')
    .option('--certificate-authority <file>', "file with the API server's certificate authority")
    .option('--client-certificate <file>', 'client certificate to log in with')
    .option('--client-key <file>', 'key of the client certificate')
    .option('--tls-server-name <name>', 'name to expect in the server certificate')
    .option('--insecure-skip-tls-verify', "don't check the server certificate (unsafe)")
    .option('--as <user>', 'act as this user')
    .option('--as-uid <uid>', 'act as this user id')
    .addOption(
      new Option('--as-group <group>', 'act as a member of this group (repeatable)').argParser(repeatable),
    )
    .addOption(
      new Option('--request-timeout <time>', 'maximum time for one request, such as 30s; 0 for no limit')
        .argParser(parseDuration)
        .default(60_000, '1m'),
    )
    .addOption(
      new Option('-v, --v <level>', '6 or higher logs each request to standard error')
        .argParser(parseVerbosity)
        .default(0, '0'),
    )
}

/** What commander read, as the commands take it. */
export function connectionFlags(options: Record<string, unknown>): ConnectionFlags {
  const { requestTimeout, v, token, ...rest } = options
  const flags: Record<string, unknown> = { requestTimeoutMs: requestTimeout, verbosity: v }
  if (typeof token === 'string') flags.token = new Redacted(token)
  for (const name of CONNECTION_NAMES) if (rest[name] !== undefined) flags[name] = rest[name]
  return flags as ConnectionFlags
}

const CONNECTION_NAMES = [
  'kubeconfig',
  'context',
  'cluster',
  'user',
  'server',
  'certificateAuthority',
  'clientCertificate',
  'clientKey',
  'tlsServerName',
  'insecureSkipTlsVerify',
  'as',
  'asUid',
  'asGroup',
  'namespace',
] as const satisfies (keyof ConnectionFlags)[]
