/** The flags of `audit`. */

import { type Command, Option } from 'commander'
import { AUDIT_FORMATS } from '../report/formats.ts'
import { addEditFlags, auditFlags } from './audit-flags.ts'
import { connectionFlags } from './connection-flags.ts'
import { addCheckFlags, addConnectionFlags, addNamespaceFlag, addOutputFlag, example } from './flags.ts'
import type { Run } from './run.ts'

/** Adds `audit` to the program. */
export function addAudit(program: Command, name: string, run: Run): void {
  const command = program
    .command('audit')
    .description('find what will fail or waste pulls next, in manifests or on live workloads')
  addNamespaceFlag(command, 'look at')
    .option('-A, --all-namespaces', 'look at every namespace')
    .option('-l, --selector <labels>', 'only workloads with these labels, such as app=shop,tier!=test')
    .option('-f, --filename <path...>', 'read manifests: files, folders, or - for stdin (repeatable)')
    .option('-R, --recursive', 'with -f, read folders recursively')
    .option('--allow-empty', 'exit 0 if there are no workloads at all')
    .optionsGroup('Rules:')
    .option('--config <file>', 'settings (default: .pullguard.yaml here or in a folder above)')
    .option('--baseline <file>', 'findings in this file are known: they are counted, but not reported')
    .option('--write-baseline <file>', 'write all findings to this file, as the next baseline')
  addEditFlags(addCheckFlags(command))
  addConnectionFlags(command)
  addOutputFlag(command.optionsGroup('Output:'), AUDIT_FORMATS)
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
            connection: connectionFlags(options),
            namespaces: options.namespace === undefined ? [] : [options.namespace],
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
