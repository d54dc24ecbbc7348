/** The flags of kubectl that choose the cluster, the user, and the namespaces, and the options that they become. */

import type { Option, OptionValues } from 'commander'
import type { ConnectionFlags } from '../commands/context.ts'
import { Redacted } from '../secrecy/redacted.ts'
import { flag, unlisted } from './declare-flag.ts'
import {
  commaSeparated,
  excludedNamespaces,
  parseDuration,
  parseVerbosity,
  repeatable,
} from './flag-values.ts'

/** -n. @param does what the command does with the namespace */
export function namespaceFlag(does: string): Option {
  return flag('-n, --namespace <name>', `${does} this namespace (default: the context's)`)
}

/** The flags that choose namespaces: several, separated by commas or by repeating the flag, or all, or all but some. */
export function namespacesFlags(does: string): Option[] {
  return [
    flag('-n, --namespace <a,b>', `${does} these namespaces (default: the context's)`, {
      parse: commaSeparated,
    }),
    flag('-A, --all-namespaces', `${does} every namespace`),
  ]
}

/** --exclude-namespace. */
export function exclusionFlag(): Option {
  return flag('--exclude-namespace <name>', 'skip this namespace (repeatable)', { parse: excludedNamespaces })
}

/** The values of the flags that choose namespaces, with the connection, whose namespace is the first of them. */
export function namespaceOptions({ namespace = [], allNamespaces, ...rest }: OptionValues): {
  connection: ConnectionFlags
  namespaces: string[]
  allNamespaces: boolean
} {
  const namespaces = [...new Set(namespace as string[])]
  const [first] = namespaces
  return {
    connection: connectionOptions(first === undefined ? rest : { ...rest, namespace: first }),
    namespaces,
    allNamespaces: allNamespaces === true,
  }
}

/** kubectl's flags that choose the cluster and the user. `pullguard options` lists them; a command's help does not. */
export function connectionFlags(): Option[] {
  return unlisted(listedConnectionFlags())
}

export function listedConnectionFlags(): Option[] {
  return [
    flag('--kubeconfig <file>', 'kubeconfig file instead of $KUBECONFIG or ~/.kube/config'),
    flag('--context <name>', 'kubeconfig context to use'),
    flag('--cluster <name>', 'kubeconfig cluster to use'),
    flag('--user <name>', 'kubeconfig user to use'),
    flag('-s, --server <url>', 'address of the API server'),
    flag('--token <token>', 'bearer token for the API server'),
    flag('--certificate-authority <file>', "file with the API server's certificate authority"),
    flag('--client-certificate <file>', 'client certificate to log in with'),
    flag('--client-key <file>', 'key of the client certificate'),
    flag('--tls-server-name <name>', 'name to expect in the server certificate'),
    flag('--insecure-skip-tls-verify', "don't check the server certificate (unsafe)"),
    flag('--as <user>', 'act as this user'),
    flag('--as-uid <uid>', 'act as this user id'),
    flag('--as-group <group>', 'act as a member of this group (repeatable)', { parse: repeatable }),
    flag('--request-timeout <time>', 'maximum time for one request, such as 30s; 0 for no limit', {
      parse: parseDuration,
      default: 60_000,
      shownDefault: '1m',
    }),
    flag('-v, --v <level>', '6 or higher logs each request to standard error', {
      parse: parseVerbosity,
      default: 0,
      shownDefault: '0',
    }),
  ]
}

/** The values of the connection flags. */
export function connectionOptions(options: OptionValues): ConnectionFlags {
  const { requestTimeout, v, token, ...rest } = options
  const flags: Record<string, unknown> = { requestTimeoutMs: requestTimeout, verbosity: v }
  if (typeof token === 'string') flags.token = new Redacted(token)
  for (const name of Object.keys(COPIED)) if (rest[name] !== undefined) flags[name] = rest[name]
  return flags as ConnectionFlags
}

type CopiedFlag = Exclude<
  keyof ConnectionFlags,
  'token' | 'requestTimeoutMs' | 'verbosity' | 'storedLoginOnly'
>

/** The flags whose values are taken as they are. A record, so that the compiler notices one that is missing. */
const COPIED: Record<CopiedFlag, true> = {
  kubeconfig: true,
  context: true,
  cluster: true,
  user: true,
  server: true,
  certificateAuthority: true,
  clientCertificate: true,
  clientKey: true,
  tlsServerName: true,
  insecureSkipTlsVerify: true,
  as: true,
  asUid: true,
  asGroup: true,
  namespace: true,
}
