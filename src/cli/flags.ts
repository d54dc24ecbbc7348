/** Flags that several commands share, with kubectl's names and meaning, and the parsing of their values. */

import { type Command, InvalidArgumentError, Option } from 'commander'
import type { ImageCheckFlags } from '../commands/check-images.ts'
import type { ConnectionFlags } from '../commands/context.ts'
import { UsageError } from '../errors.ts'
import { Redacted } from '../secrecy/redacted.ts'

/** Adds -n; `does` describes what the command does with the namespace. */
export function addNamespaceFlag(command: Command, does: string): Command {
  return command.option('-n, --namespace <name>', `${does} this namespace (default: the context's)`)
}

/** Adds -n for a command that takes several namespaces, separated by commas or by repeating the flag. */
export function addNamespacesFlag(command: Command, does: string): Command {
  return command.addOption(
    new Option('-n, --namespace <names>', `${does} namespaces a or a,b (default: the context's)`).argParser(
      commaSeparated,
    ),
  )
}

/** Returns all namespaces, and the connection; a single namespace also becomes the connection's. */
export function namespaceFlags({ namespace = [], ...rest }: Record<string, unknown>): {
  connection: ConnectionFlags
  namespaces: string[]
} {
  const namespaces = [...new Set(namespace as string[])]
  const [first] = namespaces
  return {
    connection: connectionFlags(first === undefined ? rest : { ...rest, namespace: first }),
    namespaces,
  }
}

/** Adds --exclude-namespace. */
export function addExclusionFlag(command: Command): Command {
  return command.addOption(
    new Option('--exclude-namespace <name>', 'skip this namespace (repeatable)').argParser(commaSeparated),
  )
}

/** Adds kubectl's flags that choose the cluster and the user. `pullguard options` lists them; a command's help does not. */
export function addConnectionFlags(command: Command): Command {
  return unlisted(command, listConnectionFlags)
}

/** Adds flags that the command's help does not list, because most commands share them. */
function unlisted(command: Command, add: (command: Command) => Command): Command {
  const own = new Set(command.options)
  add(command)
  for (const option of command.options) if (!own.has(option)) option.hideHelp()
  return command
}

/** Lists the flags that most commands have and only `pullguard options` shows. */
export function listCommonFlags(command: Command): Command {
  listConnectionFlags(command.optionsGroup('Connection (as in kubectl):'))
  return command
    .optionsGroup('Others:')
    .addOption(registryEndpointOption())
    .addOption(noColorOption())
    .option('-h, --help', 'print the help of a command')
}

/** Adds the flags that choose what to read: a live cluster's namespaces, or a dump. */
export function addScopeFlags(command: Command): Command {
  return addExclusionFlag(
    addNamespacesFlag(command, 'look at').option('-A, --all-namespaces', 'look at every namespace'),
  ).option('-l, --selector <labels>', 'only pods with these labels, such as app=shop,tier!=test')
}

/** Adds -f and -R, which read a dump instead of a cluster. */
export function addDumpFlags(command: Command): Command {
  return command
    .addOption(
      new Option(
        '-f, --filename <file>',
        'read a dump (`kubectl get pods,events,secrets,… -o json`), a folder, or - for stdin (repeatable)',
      ).argParser(repeatable),
    )
    .option('-R, --recursive', 'with -f, read folders recursively')
}

/** Adds --registry-endpoint, for every command that contacts registries. */
export function addRegistryEndpointFlag(command: Command): Command {
  return unlisted(command, flags => flags.addOption(registryEndpointOption()))
}

function registryEndpointOption(): Option {
  return new Option(
    '--registry-endpoint <registry=url>',
    'URL to use for a registry, such as a mirror (repeatable)',
  ).argParser(repeatable)
}

/** Adds --check-images and --registry-endpoint. */
export function addCheckFlags(command: Command): Command {
  return addRegistryEndpointFlag(
    command.option(
      '--check-images',
      'ask the registries whether the images exist and which login can pull them',
    ),
  )
}

/** Converts commander's options to the commands'. @throws UsageError for an endpoint without any check to use it */
export function checkFlags(options: Record<string, unknown>): { checkImages?: ImageCheckFlags } {
  const endpoints = (options.registryEndpoint ?? []) as string[]
  if (options.checkImages === true) return { checkImages: { endpoints } }
  if (endpoints.length > 0)
    throw new UsageError('--registry-endpoint needs --check-images: no registry is asked without it.')
  return {}
}

/** Adds -o with the command's formats. */
export function addOutputFlag(command: Command, formats: readonly string[]): Command {
  return addColorFlag(
    command.addOption(
      new Option('-o, --output <format>', formats.join(', ').replace('table', 'table (default)'))
        .choices(formats)
        .argParser(text => outputFormat(text, formats))
        .default('table'),
    ),
  )
}

/** Adds -q, which conflicts with flags that format, sort, watch, or show output. */
export function addQuietFlag(command: Command): Command {
  const nothing = ['output', 'headers', 'sortBy', 'watch', 'diff', 'emit']
  return command.addOption(
    new Option('-q, --quiet', 'print errors only; the exit code is the answer').conflicts(nothing),
  )
}

/** Adds --no-color. */
export function addColorFlag(command: Command): Command {
  return unlisted(command, flags => flags.addOption(noColorOption()))
}

function noColorOption(): Option {
  return new Option('--no-color', 'no color')
}

/** Whether -o was given. Without it, the default format of some commands depends on where output goes. */
export function isFormatGiven(command: Command): boolean {
  return command.getOptionValueSource('output') !== 'default'
}

function outputFormat(text: string, formats: readonly string[]): string {
  if (formats.includes(text)) return text
  const allowed = `Allowed choices are ${formats.join(', ')}.`
  throw new InvalidArgumentError(
    text === 'sarif' && !formats.includes('sarif')
      ? `SARIF points to lines in files, and pods have none. ${allowed}`
      : allowed,
  )
}

/** Formats examples for a command's help, or other command lines under a given heading. */
export function example(program: string, lines: [string, string][], heading = 'Examples:'): string {
  const longest = Math.max(...lines.map(([command]) => command.length))
  const commands = lines.map(([command, says]) => `  ${program} ${command.padEnd(longest)}  ${says}`)
  return `\n${heading}\n${commands.join('\n')}`
}

function parseVerbosity(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Give a number from 0 to 9.')
  return Number(text)
}

/** Adds the flags that choose the cluster and the user, and lists them in the help. */
function listConnectionFlags(command: Command): Command {
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

/** Converts commander's options to the commands'. */
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

const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** Parses a Go duration (`1m30s`, `500ms`) or a plain number of seconds, as kubectl does. Returns milliseconds. */
export function parseDuration(text: string): number {
  if (/^\d+$/.test(text)) return Number(text) * 1000
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) {
    throw new InvalidArgumentError('Give a time such as 30s, 2m or 1m30s.')
  }
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    total += Number(amount) * (UNIT_MS[unit ?? 's'] ?? 0)
  }
  return total
}

/** Collects the values of a repeatable flag, for commander. */
export function repeatable(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value]
}

/** Collects the values of a flag that accepts commas as well as repetition. */
export function commaSeparated(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), ...value.split(',').filter(part => part !== '')]
}
