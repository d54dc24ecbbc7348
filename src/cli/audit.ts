/** The flags of `audit`. */

import { type Command, Option } from 'commander'
import { AUDIT_FORMATS } from '../report/formats.ts'
import { addEditFlags, auditFlags } from './audit-flags.ts'
import { repeatable } from './flag-values.ts'
import {
  addCheckFlags,
  addConnectionFlags,
  addExclusionFlag,
  addNamespacesFlag,
  addOutputFlag,
  example,
  namespaceFlags,
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
    .option('--baseline <file>', 'do not report the findings that it knows of')
    .option('--write-baseline <file>', 'write the findings to this file as known')
  addEditFlags(addCheckFlags(command))
  addConnectionFlags(command)
  addOutputFlag(command, AUDIT_FORMATS)
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
