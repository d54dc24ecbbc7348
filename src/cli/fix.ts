/** The flags of `fix`, and the options that they make. */

import { type Command, InvalidArgumentError, Option, type OptionValues } from 'commander'
import type { FixOptions } from '../commands/fix/session.ts'
import { UsageError } from '../errors.ts'
import { PLAN_FORMATS } from '../report/formats.ts'
import {
  addConnectionFlags,
  addExclusionFlag,
  addNamespaceFlag,
  addOutputFlag,
  addQuietFlag,
  addRegistryEndpointFlag,
  connectionFlags,
  example,
  parseDuration,
  repeatable,
} from './flags.ts'
import { addRemedyFlags, REMEDY_FLAGS, remediesAskedFor } from './remedy-flags.ts'
import type { Run } from './run.ts'

/** The default of --timeout, in milliseconds. */
const FIVE_MINUTES = 300_000

/** The pull secret's name unless --secret-name is given. */
const SECRET_NAME = 'dockercreds'

/** A Secret's name is a DNS subdomain (Kubernetes documentation, "Object Names and IDs"). */
function secretName(text: string): string {
  const name = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
  if (text.length <= 253 && name.test(text)) return text
  throw new InvalidArgumentError('Give a name of lower case letters, digits, - and ., such as dockercreds.')
}

/** A registry's host and optional port, as in image names. */
function registryHosts(text: string, before: string[] | undefined): string[] {
  if (/^([\w-]+(\.[\w-]+)*|\[[\da-fA-F:]+\])(:\d+)?$/.test(text)) return repeatable(text, before)
  throw new InvalidArgumentError('Give the host of a registry, such as docker.io or ghcr.io.')
}

/** Adds `fix` to the program. */
export function addFix(program: Command, name: string, run: Run): void {
  const command = program
    .command('fix')
    .description('give stuck pods what they need, after showing a plan and asking')
  addFixFlags(command)
    .addHelpText(
      'after',
      example(name, [
        ['fix --all-namespaces', 'fix the whole cluster, after asking'],
        ['fix -A --dry-run', 'only show the plan'],
      ]),
    )
    .action(options =>
      run
        .writing(async () => (await import('../commands/fix.ts')).fixCommand)
        .with(fixOptions(options), options),
    )
}

function addFixFlags(command: Command): Command {
  addExclusionFlag(
    addNamespaceFlag(command.optionsGroup('Where:'), 'fix')
      .option('-A, --all-namespaces', 'fix every namespace')
      .option('--affected', 'only namespaces that have failing pods'),
  )
  addLoginFlags(command.optionsGroup('Logins:'))
  addWritingFlags(addRemedyFlags(command.optionsGroup('Remedies:')))
  addRunFlags(command.optionsGroup('Run:'))
  return addQuietFlag(addOutputFlag(addConnectionFlags(command), PLAN_FORMATS))
}

function addLoginFlags(command: Command): void {
  command
    .addOption(
      new Option('--secret-name <name>', 'pull secret to write').argParser(secretName).default(SECRET_NAME),
    )
    .addOption(
      new Option('--registry <name>', 'distribute only the login for this registry').argParser(registryHosts),
    )
    .option('--username <name>', 'log in as this account, with --password-stdin')
    .option('--password-stdin', 'read its password from standard input')
  addRegistryEndpointFlag(command)
}

function addWritingFlags(command: Command): void {
  command
    .option('--recreate-bare-pods', 'also recreate pods that have no controller')
    .option('--allow-managed', 'also change what Argo CD, Helm, or others manage')
    .option('--overwrite-secret', 'add to a secret that pullguard did not create')
}

function addRunFlags(command: Command): void {
  command
    .option('-y, --yes', "don't ask")
    .addOption(
      new Option('--dry-run [where]', 'only show the plan (client), or try it (server)')
        .choices(['none', 'client', 'server'])
        .preset('client')
        .default('none'),
    )
    .option('--plan <file>', 'write the plan to a file and stop')
    .option('--apply <file>', 'apply exactly the plan in this file')
    .addOption(
      new Option('--timeout <time>', 'limit for the whole run')
        .argParser(parseDuration)
        .default(FIVE_MINUTES, '5m'),
    )
    .addOption(
      new Option('--fail-on <severity>', 'exit 1 if error (default), warning, or info stay')
        .choices(['error', 'warning', 'info', 'never'])
        .default('error'),
    )
}

/** Flags that conflict with --apply, each with its default. Together with --username, --registry is allowed: it names that login's registry. */
const PLAN_MADE: [name: string, flag: string, usual?: unknown][] = [
  ['plan', '--plan'],
  ['allNamespaces', '-A'],
  ['namespace', '-n'],
  ['affected', '--affected'],
  ['excludeNamespace', '--exclude-namespace'],
  ['registry', '--registry'],
  ['recreateBarePods', '--recreate-bare-pods'],
  ['allowManaged', '--allow-managed'],
  ['overwriteSecret', '--overwrite-secret'],
  ...REMEDY_FLAGS,
  ['secretName', '--secret-name', SECRET_NAME],
]

/** The options that the flags make. @throws UsageError for flags that conflict with --apply */
function fixOptions(options: OptionValues): FixOptions {
  if (options.apply !== undefined) {
    const settled = PLAN_MADE.filter(([name]) => name !== 'registry' || options.username === undefined).find(
      ([name, , usual]) => options[name] !== usual,
    )
    if (settled)
      throw new UsageError(`--apply can't be combined with ${settled[1]}: the plan already settles it.`)
  }
  if (options.namespace?.includes(','))
    throw new UsageError('fix takes one namespace at a time: run it for each, or use -A --affected.')
  const given = (name: string, as: string) => (options[name] === undefined ? {} : { [as]: options[name] })
  return {
    connection: connectionFlags(options),
    allNamespaces: options.allNamespaces === true,
    affected: options.affected === true,
    excludedNamespaces: options.excludeNamespace ?? [],
    secretName: options.secretName,
    registries: options.registry ?? [],
    endpoints: options.registryEndpoint ?? [],
    passwordStdin: options.passwordStdin === true,
    authenticate: options.authenticate !== false,
    recreate: options.recreate !== false,
    recreateBarePods: options.recreateBarePods === true,
    remediesAskedFor: remediesAskedFor(options),
    allowManaged: options.allowManaged === true,
    overwriteSecret: options.overwriteSecret === true,
    yes: options.yes === true,
    dryRun: options.dryRun,
    timeoutMs: options.timeout,
    failOn: options.failOn,
    format: options.output,
    ...given('username', 'username'),
    ...given('plan', 'planFile'),
    ...given('apply', 'applyFile'),
  }
}
