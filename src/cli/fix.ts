/** The flags of `fix`, including one generated from each remedy's rules, and of `undo`, and their conversion to options. */

import { type Command, InvalidArgumentError, Option, type OptionValues } from 'commander'
import type { FixOptions } from '../commands/fix/session.ts'
import type { UndoOptions } from '../commands/undo.ts'
import type { Remedy } from '../diagnosis/remedy.ts'
import { UsageError } from '../errors.ts'
import { EACH_REMEDY } from '../plan/remedies/index.ts'
import type { RemedyFlag } from '../plan/remedies/remedy-rules.ts'
import { DATA_FORMATS, PLAN_FORMATS } from '../report/formats.ts'
import { REMEDY_WORDS } from '../report/words/remedies.ts'
import {
  addConnectionFlags,
  addExclusionFlag,
  addNamespacesFlag,
  addOutputFlag,
  addQuietFlag,
  addRegistryEndpointFlag,
  connectionFlags,
  example,
  namespaceFlags,
  parseDuration,
  repeatable,
} from './flags.ts'
import type { Run } from './run.ts'

/** The default of --timeout, in milliseconds. */
const FIVE_MINUTES = 300_000

/** The pull secret's default name (--secret-name). */
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
    .argument('[name...]')
  addFixFlags(command)
    .addHelpText('after', example(name, [['fix deploy/web sts/db', 'two workloads, nothing else']]))
    .action((names: string[], options) =>
      run
        .writing(async () => (await import('../commands/fix.ts')).fixCommand)
        .with(fixOptions(names, options), options),
    )
}

function addFixFlags(command: Command): Command {
  addExclusionFlag(
    addNamespacesFlag(command.optionsGroup('Where:'), 'fix')
      .option('-A, --all-namespaces', 'fix every namespace')
      .option('--affected', 'only namespaces that have failing pods')
      .option('-l, --selector <labels>', 'only pods with these labels, such as app=shop'),
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
      new Option('--fail-on <severity>', 'exit 1 for error (default), warning, or info')
        .choices(['error', 'warning', 'info', 'never'])
        .default('error'),
    )
}

/** Each flag with commander's attribute name and its default. */
const REMEDY_FLAGS = EACH_REMEDY.map(([, { flag }]): [name: string, flag: string, usual?: unknown] => {
  const option = optionOf(flag, '')
  return [option.attributeName(), option.long ?? '', flag.takes === 'refusal' ? true : undefined]
})

/**
 * Flags that conflict with --apply, each with its default. --registry is allowed together with --username, because it then names that
 * login's registry.
 */
const PLAN_MADE: [name: string, flag: string, usual?: unknown][] = [
  ['plan', '--plan'],
  ['allNamespaces', '-A'],
  ['namespace', '-n'],
  ['affected', '--affected'],
  ['excludeNamespace', '--exclude-namespace'],
  ['selector', '-l'],
  ['registry', '--registry'],
  ['recreateBarePods', '--recreate-bare-pods'],
  ['allowManaged', '--allow-managed'],
  ['overwriteSecret', '--overwrite-secret'],
  ...REMEDY_FLAGS,
  ['secretName', '--secret-name', SECRET_NAME],
]

/** Converts names and flags to the command's options. @throws UsageError for flags that conflict with --apply or each other */
function fixOptions(names: string[], options: OptionValues): FixOptions {
  const [name] = names
  if (name !== undefined && options.affected === true)
    throw new UsageError(`${name} can't be combined with --affected, which is about whole namespaces.`)
  if (options.apply !== undefined) {
    if (name !== undefined)
      throw new UsageError(`--apply can't be combined with ${name}: the plan already settles it.`)
    const settled = PLAN_MADE.filter(([name]) => name !== 'registry' || options.username === undefined).find(
      ([name, , usual]) => options[name] !== usual,
    )
    if (settled)
      throw new UsageError(`--apply can't be combined with ${settled[1]}: the plan already settles it.`)
  }
  const given = (name: string, as: string) => (options[name] === undefined ? {} : { [as]: options[name] })
  return {
    ...namespaceFlags(options),
    names,
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
    ...given('selector', 'selector'),
    ...given('username', 'username'),
    ...given('plan', 'planFile'),
    ...given('apply', 'applyFile'),
  }
}

/** Adds one flag per remedy. */
function addRemedyFlags(command: Command): Command {
  for (const [remedy, { flag }] of EACH_REMEDY) command.addOption(optionOf(flag, REMEDY_WORDS[remedy].help))
  return command
}

function optionOf(flag: RemedyFlag, help: string): Option {
  switch (flag.takes) {
    case 'refusal':
      return new Option(`--no-${flag.name}`, help)
    case 'nothing':
      return new Option(`--${flag.name}`, help)
    case 'choice':
      return new Option(`--${flag.name} <${flag.value}>`, help).choices(flag.choices)
    case 'list':
      return new Option(`--${flag.name} <${flag.value}>`, help).argParser(repeatable)
  }
}

/** Returns the remedies whose flags were given, with the flags' values. */
function remediesAskedFor(options: OptionValues): Map<Remedy, readonly string[]> {
  const asked = new Map<Remedy, readonly string[]>()
  for (const [remedy, { flag }] of EACH_REMEDY) {
    const value: unknown = options[optionOf(flag, '').attributeName()]
    if (flag.takes === 'refusal' || value === undefined) continue
    asked.set(remedy, value === true ? [] : [value as string | string[]].flat())
  }
  return asked
}

/** Adds `undo` to the program. */
export function addUndo(program: Command, name: string, run: Run): void {
  const command = program
    .command('undo')
    .description('revert what one fix wrote, and only that')
    .argument('[run]', 'a name that --list shows (default: the newest)')
  addUndoFlags(command)
    .addHelpText(
      'after',
      example(name, [
        ['undo --list', 'the runs, newest first'],
        ['undo --dry-run', 'what would be reverted'],
      ]),
    )
    .action((runName, options) =>
      run
        .writing(async () => (await import('../commands/undo.ts')).undoCommand)
        .with(undoOptions(runName, options), options),
    )
}

function addUndoFlags(command: Command): Command {
  addConnectionFlags(
    command
      .option('--list', 'list the runs, newest first')
      .option('-y, --yes', "don't ask")
      .addOption(
        new Option(
          '--dry-run [where]',
          'only show what would be reverted (client), or also try it on the server',
        )
          .choices(['none', 'client', 'server'])
          .preset('client')
          .default('none'),
      ),
  )
  return addOutputFlag(command, DATA_FORMATS)
}

/** Converts commander's options to the command's. */
function undoOptions(run: string | undefined, options: OptionValues): UndoOptions {
  return {
    connection: connectionFlags(options),
    ...(run === undefined ? {} : { run }),
    list: options.list === true,
    yes: options.yes === true,
    dryRun: options.dryRun,
    format: options.output,
  }
}
