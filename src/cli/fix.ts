/** The flags of `fix`, including one generated from the rules of each remedy, and their conversion to options. */

import { type Command, InvalidArgumentError, type Option, type OptionValues } from 'commander'
import type { FixOptions } from '../commands/fix/session.ts'
import type { Remedy } from '../diagnosis/finding.ts'
import { UsageError } from '../errors.ts'
import { EACH_REMEDY } from '../plan/remedies/index.ts'
import type { RemedyFlag } from '../plan/remedies/remedy-rules.ts'
import { PLAN_FORMATS } from '../report/formats.ts'
import { REMEDY_WORDS } from '../report/words/plan/remedies.ts'
import type { CommandRunner } from './command-runner.ts'
import { connectionFlags, exclusionFlag, namespaceOptions, namespacesFlags } from './connection-flags.ts'
import { addFlags, flag, group } from './declare-flag.ts'
import { parseDuration, repeatable, secretName } from './flag-values.ts'
import { dryRunFlag, endpointFlag, example, failOnFlag, onlyGiven, outputFlags, quietFlag } from './flags.ts'

/** The pull secret's default name (--secret-name). */
const SECRET_NAME = 'dockercreds'

/** A registry's host and optional port, as in image names. */
function registryHosts(text: string, before: string[] | undefined): string[] {
  if (/^([\w-]+(\.[\w-]+)*|\[[\da-fA-F:]+\])(:\d+)?$/.test(text)) return repeatable(text, before)
  throw new InvalidArgumentError('Give the host of a registry, such as docker.io or ghcr.io.')
}

/** Adds `fix` to the program. */
export function addFix(program: Command, name: string, run: CommandRunner): void {
  const command = program
    .command('fix')
    .description('fix failing pulls, after showing a plan and asking')
    .argument('[name...]')
  addFlags(command, FIX_FLAGS)
    .addHelpText('after', example(name, [['fix deploy/web sts/db', 'two workloads, nothing else']]))
    .action((names: string[], options) =>
      run.writing(
        async () => (await import('../commands/fix.ts')).fixCommand,
        fixOptions(names, options),
        options,
      ),
    )
}

const FIX_FLAGS: Option[] = [
  ...group('Where:', [
    ...namespacesFlags('fix'),
    flag('--affected', 'only namespaces that have failing pods'),
    flag('-l, --selector <labels>', 'only pods with these labels, such as app=shop'),
    exclusionFlag(),
  ]),
  ...group('Logins:', [
    flag('--secret-name <name>', 'pull secret to write', { parse: secretName, default: SECRET_NAME }),
    flag('--registry <name>', 'distribute only the login for this registry', { parse: registryHosts }),
    flag('--username <name>', "distribute this account's login"),
    flag('--password-stdin', "read the account's password from standard input"),
    endpointFlag(),
  ]),
  ...group('Remedies for stuck pods:', [
    ...EACH_REMEDY.map(([remedy, rules]) => remedyFlag(remedy, rules.flag)),
    flag('--recreate-bare-pods', 'also recreate pods that have no controller'),
    flag('--allow-managed', 'also change what Argo CD, Helm, or others manage'),
    flag('--overwrite-secret', 'add the login to a secret that others created'),
  ]),
  ...group('Run:', [
    flag('-y, --yes', "don't ask"),
    dryRunFlag('only show the plan (client), or try it (server)', ['client', 'server']),
    flag('--plan <file>', 'write the plan to a file and stop'),
    flag('--apply <file>', 'apply exactly the plan in this file'),
    flag('--timeout <time>', 'limit for writing and waiting', {
      parse: parseDuration,
      default: 300_000,
      shownDefault: '5m',
    }),
    failOnFlag('exit 1 for error (default), warning, or info'),
    ...connectionFlags(),
    ...outputFlags(PLAN_FORMATS),
    quietFlag(),
  ]),
]

function remedyFlag(remedy: Remedy, rules: RemedyFlag): Option {
  const { help } = REMEDY_WORDS[remedy]
  switch (rules.takes) {
    case 'refusal':
      return flag(`--no-${remedy}`, help)
    case 'nothing':
      return flag(`--${remedy}`, help)
    case 'choice':
      return flag(`--${remedy} <${rules.value}>`, help, { choices: rules.choices })
    case 'list':
      return flag(`--${remedy} <${rules.value}>`, help, { parse: repeatable })
  }
}

/** Each flag with commander's attribute name and its default. */
const REMEDY_FLAGS = EACH_REMEDY.map(([remedy, rules]): [name: string, flag: string, usual?: unknown] => {
  const option = remedyFlag(remedy, rules.flag)
  return [option.attributeName(), option.long ?? '', rules.flag.takes === 'refusal' ? true : undefined]
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
  refuseConflicts(names, options)
  return {
    ...namespaceOptions(options),
    names,
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
    ...onlyGiven({
      selector: options.selector,
      username: options.username,
      planFile: options.plan,
      applyFile: options.apply,
    }),
  }
}

/** Flags about the login to distribute, which have no effect beside --no-authenticate. */
const LOGIN_FLAGS: [name: string, flag: string][] = [
  ['username', '--username'],
  ['passwordStdin', '--password-stdin'],
  ['registry', '--registry'],
  ['overwriteSecret', '--overwrite-secret'],
]

function refuseConflicts([name]: string[], options: OptionValues): void {
  refuseEmpty(options)
  const [, ofLogin] = LOGIN_FLAGS.find(([option]) => ![undefined, false].includes(options[option])) ?? []
  if (options.authenticate === false && ofLogin !== undefined)
    throw new UsageError(`${ofLogin} can't be combined with --no-authenticate, which distributes no login.`)
  if (name !== undefined && options.affected === true)
    throw new UsageError(`${name} can't be combined with --affected, which is about whole namespaces.`)
  const shown = options.plan === undefined ? (options.output === 'patch' ? '-o patch' : null) : '--plan'
  if (shown !== null && options.dryRun === 'server')
    throw new UsageError(
      `${shown} can't be combined with --dry-run=server, because it sends nothing to the server: save the plan, then try it with --apply <file> --dry-run=server.`,
    )
  if (options.apply === undefined) return
  const ofPlan = PLAN_MADE.filter(([option]) => option !== 'registry' || options.username === undefined)
  const [, settled] = ofPlan.find(([option, , usual]) => options[option] !== usual) ?? []
  const other = name ?? settled
  if (other !== undefined)
    throw new UsageError(`--apply can't be combined with ${other}: the plan already settles it.`)
}

/** A shell variable that isn't set must not move a fix to another namespace, or exclude none. @throws UsageError */
function refuseEmpty({ namespace, excludeNamespace }: OptionValues): void {
  if (namespace?.length === 0)
    throw new UsageError("-n is empty: give a namespace, or omit -n to fix the context's.")
  if (excludeNamespace?.length === 0)
    throw new UsageError('--exclude-namespace is empty: give a namespace, or omit it to exclude none.')
}

/** Returns the remedies whose flags were given, with the flags' values. */
function remediesAskedFor(options: OptionValues): Map<Remedy, readonly string[]> {
  const asked = new Map<Remedy, readonly string[]>()
  for (const [remedy, rules] of EACH_REMEDY) {
    const value: unknown = options[remedyFlag(remedy, rules.flag).attributeName()]
    if (rules.flag.takes === 'refusal' || value === undefined) continue
    asked.set(remedy, value === true ? [] : [value as string | string[]].flat())
  }
  return asked
}
