/** The flags of `audit` and their valid combinations. */

import { type Command, Option, type OptionValues } from 'commander'
import type { AuditOptions } from '../commands/audit.ts'
import { UsageError } from '../errors.ts'
import { AUDIT_FORMATS } from '../report/formats.ts'
import {
  addCheckFlags,
  addConnectionFlags,
  addExclusionFlag,
  addNamespacesFlag,
  addOutputFlag,
  addQuietFlag,
  example,
  namespaceFlags,
  repeatable,
} from './flags.ts'
import type { Run } from './run.ts'

/** Adds `audit` to the program. */
export function addAudit(program: Command, name: string, run: Run): void {
  const command = program
    .command('audit')
    .description('find what will fail or waste pulls next, in manifests or on live workloads')
  addExclusionFlag(
    addNamespacesFlag(command, 'look at').option('-A, --all-namespaces', 'look at every namespace'),
  )
    .option('-l, --selector <labels>', 'only workloads with these labels')
    .addOption(
      new Option('-f, --filename <path>', 'manifests: a file, a folder, or - (repeatable)').argParser(
        repeatable,
      ),
    )
    .option('-R, --recursive', 'with -f, read folders recursively')
    .option('--allow-empty', 'exit 0 if there are no workloads at all')
    .option('--config <file>', 'settings (default: nearest .pullguard.yaml)')
    .option('--baseline <file>', "don't report the findings listed in this file")
    .option('--write-baseline <file>', 'write the findings to this file as known')
  addEditFlags(addCheckFlags(command))
  addConnectionFlags(command)
  addQuietFlag(addOutputFlag(command, AUDIT_FORMATS))
    .addOption(
      new Option('--fail-on <severity>', 'exit 1 for findings at or above this severity')
        .choices(['error', 'warning', 'info', 'never'])
        .default('error'),
    )
    .addHelpText(
      'after',
      example(name, [
        ['audit -f k8s -R', 'the manifests of a folder'],
        ['audit -A', 'the workloads of a cluster'],
        ['audit -f k8s -R --check-images', 'ask registries too'],
        ['audit -f k8s -R --diff', 'show what --fix would change'],
        ['audit -f k8s -R -o sarif', 'for code scanning'],
      ]),
    )
    .action(options =>
      run
        .reading(async () => (await import('../commands/audit.ts')).auditCommand)
        .with(
          {
            ...namespaceFlags(options),
            excludedNamespaces: options.excludeNamespace ?? [],
            allNamespaces: options.allNamespaces === true,
            selector: options.selector,
            files: options.filename ?? [],
            recursive: options.recursive === true,
            ...auditFlags(options),
            allowEmpty: options.allowEmpty === true,
            format: options.output,
            failOn: options.failOn,
          },
          options,
        ),
    )
}

/** Adds --fix and its related flags. */
function addEditFlags(command: Command): Command {
  return command
    .option('--fix', 'with -f, edit: digests, policies, moved images')
    .option('--diff', 'show the edits, and write nothing without --fix')
    .addOption(
      new Option('--dry-run [where]', 'with --fix, write nothing')
        .choices(['none', 'client'])
        .preset('client')
        .default('none'),
    )
    .option('--offline', 'edit only what needs no registry')
    .option('--secret-name <name>', 'pull secret for Docker Hub images without one')
    .addOption(
      new Option('--replace-registry <from=to>', 'pull from another registry (repeatable)').argParser(
        repeatable,
      ),
    )
}

type AuditFlags = Pick<
  AuditOptions,
  'checkImages' | 'edits' | 'baseline' | 'writeBaseline' | 'config' | 'replaceRegistry' | 'pullSecret'
>

/** Converts commander's options to the command's. @throws UsageError for flags that can't be combined */
function auditFlags(options: OptionValues): AuditFlags {
  const files: string[] = options.filename ?? []
  const endpoints: string[] = options.registryEndpoint ?? []
  const edits = options.fix === true || options.diff === true
  const wrong = combined(options, files, edits, endpoints)
  if (wrong !== null) throw new UsageError(wrong)
  return {
    edits: edits
      ? {
          write: options.fix === true && options.dryRun === 'none',
          diff: options.diff === true,
          offline: options.offline === true,
          endpoints,
        }
      : null,
    replaceRegistry: options.replaceRegistry ?? [],
    ...(options.checkImages === true ? { checkImages: { endpoints } } : {}),
    ...onlyIfGiven(options, 'baseline', 'baseline'),
    ...onlyIfGiven(options, 'writeBaseline', 'writeBaseline'),
    ...onlyIfGiven(options, 'config', 'config'),
    ...onlyIfGiven(options, 'secretName', 'pullSecret'),
  }
}

function combined(
  options: OptionValues,
  files: string[],
  edits: boolean,
  endpoints: string[],
): string | null {
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
  if (endpoints.length > 0 && options.checkImages !== true && (!edits || options.offline === true))
    return '--registry-endpoint needs --check-images or --fix: no registry is asked without them.'
  return null
}

function onlyIfGiven(options: OptionValues, name: string, as: string): Record<string, string> {
  return options[name] === undefined ? {} : { [as]: options[name] }
}
