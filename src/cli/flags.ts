/** The flags that several commands share, with kubectl's names and meaning: how they are declared, and the options that they become. */

import { type Command, Option, type OptionValues } from 'commander'
import type { ImageCheckFlags } from '../commands/check-images.ts'
import type { ConnectionFlags } from '../commands/context.ts'
import { UsageError } from '../errors.ts'
import { Redacted } from '../secrecy/redacted.ts'
import { commaSeparated, outputFormat, parseDuration, parseVerbosity, repeatable } from './flag-values.ts'

/** What else there is to say of a flag, besides its names and its description. */
interface FlagRules {
  /** The only values that it takes. */
  choices?: readonly string[]
  /** Converts a value. @param before what an earlier use of the flag was converted to */
  parse?: (text: string, before: never) => unknown
  default?: unknown
  /** The default as the help shows it. */
  shownDefault?: string
  /** What the flag means without its optional value. */
  preset?: string
  /** The options that it can't be combined with, by commander's names. */
  conflicts?: string[]
}

/** Declares one flag. @param names in commander's notation, such as `-o, --output <format>` */
export function flag(names: string, description: string, rules: FlagRules = {}): Option {
  const { choices, parse, default: usual, shownDefault, preset, conflicts = [] } = rules
  const option = new Option(names, description).conflicts(conflicts)
  if (choices !== undefined) option.choices(choices)
  if (parse !== undefined) option.argParser(parse as (text: string, before: unknown) => unknown)
  if (preset !== undefined) option.preset(preset)
  return option.default(usual, shownDefault)
}

/** Puts flags under a heading of the help. */
export function group(heading: string, flags: readonly Option[]): Option[] {
  return flags.map(option => option.helpGroup(heading))
}

/** Hides flags that most commands share: only `pullguard options` lists them. */
function unlisted(flags: readonly Option[]): Option[] {
  return flags.map(option => option.hideHelp())
}

/** Adds the flags in the order of the help. */
export function addFlags(command: Command, flags: readonly Option[]): Command {
  for (const option of flags) command.addOption(option)
  return command
}

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
  return flag('--exclude-namespace <name>', 'skip this namespace (repeatable)', { parse: commaSeparated })
}

/** All namespaces, and the connection; a single namespace also becomes the connection's. */
export function namespaceOptions({ namespace = [], ...rest }: OptionValues): {
  connection: ConnectionFlags
  namespaces: string[]
} {
  const namespaces = [...new Set(namespace as string[])]
  const [first] = namespaces
  return {
    connection: connectionOptions(first === undefined ? rest : { ...rest, namespace: first }),
    namespaces,
  }
}

/** kubectl's flags that choose the cluster and the user. `pullguard options` lists them; a command's help does not. */
export function connectionFlags(): Option[] {
  return unlisted(listedConnectionFlags())
}

function listedConnectionFlags(): Option[] {
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

/** The flags that most commands have and only `pullguard options` shows. */
export function commonFlags(): Option[] {
  return [
    ...group('Connection (as in kubectl):', listedConnectionFlags()),
    ...group('Others:', [
      listedEndpointFlag(),
      listedColorFlag(),
      flag('-h, --help', 'print the help of a command'),
    ]),
  ]
}

/** -f and -R, which read a dump instead of a cluster. */
export function dumpFlags(): Option[] {
  return [
    flag(
      '-f, --filename <file>',
      'read a dump (`kubectl get pods,events,secrets,… -o json`), a folder, or - for stdin (repeatable)',
      { parse: repeatable },
    ),
    recursiveFlag(),
  ]
}

/** -R. */
export function recursiveFlag(): Option {
  return flag('-R, --recursive', 'with -f, read folders recursively')
}

/** --registry-endpoint, for every command that contacts registries. */
export function endpointFlag(): Option {
  return listedEndpointFlag().hideHelp()
}

function listedEndpointFlag(): Option {
  return flag(
    '--registry-endpoint <registry=url>',
    'URL to use for a registry, such as a mirror (repeatable)',
    {
      parse: repeatable,
    },
  )
}

/** --check-images and --registry-endpoint. */
export function checkFlags(): Option[] {
  return [
    flag('--check-images', 'ask the registries whether the images exist and which login can pull them'),
    endpointFlag(),
  ]
}

/** What to check, if anything. @throws UsageError for an endpoint without any check to use it */
export function checkOptions(options: OptionValues): { checkImages?: ImageCheckFlags } {
  const endpoints: string[] = options.registryEndpoint ?? []
  if (options.checkImages === true) return { checkImages: { endpoints } }
  if (endpoints.length > 0)
    throw new UsageError('--registry-endpoint needs --check-images: no registry is asked without it.')
  return {}
}

/** -o with the command's formats, and --no-color. */
export function outputFlags(formats: readonly string[]): Option[] {
  return [
    flag('-o, --output <format>', formats.join(', ').replace('table', 'table (default)'), {
      choices: formats,
      parse: text => outputFormat(text, formats),
      default: 'table',
    }),
    colorFlag(),
  ]
}

/** -q, which conflicts with flags that format, sort, watch, or show output. */
export function quietFlag(): Option {
  return flag('-q, --quiet', 'print errors only; the exit code has the result', {
    conflicts: ['output', 'headers', 'sortBy', 'watch', 'diff', 'emit'],
  })
}

/** --no-color. */
export function colorFlag(): Option {
  return listedColorFlag().hideHelp()
}

function listedColorFlag(): Option {
  return flag('--no-color', 'no color')
}

/** --fail-on. */
export function failOnFlag(description: string): Option {
  return flag('--fail-on <severity>', description, {
    choices: ['error', 'warning', 'info', 'never'],
    default: 'error',
  })
}

/** --dry-run with its places, as in kubectl. */
export function dryRunFlag(description: string, places: readonly ('client' | 'server')[]): Option {
  return flag('--dry-run [where]', description, {
    choices: ['none', ...places],
    preset: 'client',
    default: 'none',
  })
}

/** Whether -o was given. Without it, the default format of some commands depends on where output goes. */
export function isFormatGiven(command: Command): boolean {
  return command.getOptionValueSource('output') !== 'default'
}

/** Formats examples for a command's help, or other command lines under a given heading. */
export function example(program: string, lines: [string, string][], heading = 'Examples:'): string {
  const longest = Math.max(...lines.map(([command]) => command.length))
  const commands = lines.map(([command, says]) => `  ${program} ${command.padEnd(longest)}  ${says}`)
  return `\n${heading}\n${commands.join('\n')}`
}

/** The values that were given: an option of a command is absent if its flag is, never undefined. */
export function onlyGiven<Values extends object>(values: Values): Given<Values> {
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given) as Given<Values>
}

type Given<Values> = { [Name in keyof Values]?: Exclude<Values[Name], undefined> }
