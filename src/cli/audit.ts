/** The flags of `audit` and their valid combinations. */

import type { Command, Option, OptionValues } from 'commander'
import type { AuditOptions } from '../commands/audit.ts'
import { UsageError } from '../errors.ts'
import { AUDIT_FORMATS } from '../report/formats.ts'
import type { CommandRunner } from './command-runner.ts'
import { connectionFlags, exclusionFlag, namespaceOptions, namespacesFlags } from './connection-flags.ts'
import { addFlags, flag } from './declare-flag.ts'
import { repeatable, secretName } from './flag-values.ts'
import {
  checkFlags,
  dryRunFlag,
  example,
  failOnFlag,
  fileOptions,
  onlyGiven,
  outputFlags,
  quietFlag,
  recursiveFlag,
} from './flags.ts'

/** Adds `audit` to the program. */
export function addAudit(program: Command, name: string, run: CommandRunner): void {
  const command = program
    .command('audit')
    .description('find what will fail or waste pulls next, in manifests or on live workloads')
  addFlags(command, FLAGS)
    .addHelpText('after', example(name, EXAMPLES))
    .action(options =>
      run.reading(
        async () => (await import('../commands/audit.ts')).auditCommand,
        auditOptions(options),
        options,
      ),
    )
}

const FLAGS: Option[] = [
  ...namespacesFlags('look at'),
  exclusionFlag(),
  flag('-l, --selector <labels>', 'only workloads with these labels'),
  flag('-f, --filename <path>', 'manifests: a file, a folder, or - (repeatable)', { parse: repeatable }),
  recursiveFlag(),
  flag('--allow-empty', 'exit 0 if there are no workloads at all'),
  flag('--config <file>', 'settings (default: nearest .pullguard.yaml)'),
  flag('--baseline <file>', "don't report the findings listed in this file"),
  flag('--write-baseline <file>', 'write the findings to this file as known'),
  ...checkFlags(),
  flag('--fix', 'edit the files of -f: digests, policies, moved images'),
  flag('--diff', 'show the edits, and write nothing without --fix'),
  dryRunFlag('with --fix, write nothing', ['client']),
  flag('--offline', 'edit only what needs no registry'),
  flag('--secret-name <name>', 'pull secret for Docker Hub images without one', { parse: secretName }),
  flag('--replace-registry <from=to>', 'pull from another registry (repeatable)', { parse: repeatable }),
  ...connectionFlags(),
  ...outputFlags(AUDIT_FORMATS),
  quietFlag(),
  failOnFlag('exit 1 for findings at or above this severity'),
]

const EXAMPLES: [string, string][] = [
  ['audit -f k8s -R', 'the manifests of a folder'],
  ['audit -A', 'the workloads of a cluster'],
  ['audit -f k8s -R --check-images', 'ask registries too'],
  ['audit -f k8s -R --diff', 'show what --fix would change'],
  ['audit -f k8s -R -o sarif', 'for code scanning'],
]

/** Converts flags to the command's options. @throws UsageError for flags that can't be combined */
function auditOptions(options: OptionValues): AuditOptions {
  const wrong = invalidCombination(options)
  if (wrong !== null) throw new UsageError(wrong)
  return {
    ...namespaceOptions(options),
    excludedNamespaces: options.excludeNamespace ?? [],
    selector: options.selector,
    ...fileOptions(options),
    edits: editFlags(options),
    replaceRegistry: options.replaceRegistry ?? [],
    ...(options.checkImages === true ? { checkImages: { endpoints: options.registryEndpoint ?? [] } } : {}),
    ...onlyGiven({
      baseline: options.baseline,
      writeBaseline: options.writeBaseline,
      config: options.config,
      pullSecret: options.secretName,
    }),
    allowEmpty: options.allowEmpty === true,
    format: options.output,
    failOn: options.failOn,
  }
}

function editFlags({ fix, diff, dryRun, offline, registryEndpoint }: OptionValues): AuditOptions['edits'] {
  if (fix !== true && diff !== true) return null
  return {
    write: fix === true && dryRun === 'none',
    diff: diff === true,
    offline: offline === true,
    endpoints: registryEndpoint ?? [],
  }
}

/** What is wrong with the flags together; null if nothing is. */
function invalidCombination(options: OptionValues): string | null {
  const files: string[] = options.filename ?? []
  const edits = options.fix === true || options.diff === true
  if (edits && files.length === 0)
    return '--fix and --diff edit files: name them with -f. `pullguard fix` changes a cluster.'
  if (edits && files.includes('-'))
    return "--fix and --diff edit files, and standard input isn't one: name files with -f."
  if (options.output === 'sarif' && files.length === 0)
    return 'SARIF points to lines in files: name them with -f, or use another format.'
  const alone = (flag: string) => `${flag} goes with --fix or --diff.`
  if (!edits && options.dryRun !== 'none') return alone('--dry-run')
  if (!edits && options.offline === true) return alone('--offline')
  if (!edits && options.replaceRegistry !== undefined) return alone('--replace-registry')
  if (options.offline === true && options.checkImages === true)
    return "--offline and --check-images can't be combined: one asks registries, the other does not."
  const asksRegistries = options.checkImages === true || (edits && options.offline !== true)
  if (options.registryEndpoint !== undefined && !asksRegistries)
    return '--registry-endpoint needs --check-images or --fix: no registry is asked without them.'
  return null
}
