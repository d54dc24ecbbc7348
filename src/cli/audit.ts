/** The flags of `audit`. */

import { type Command, Option } from 'commander'
import { AUDIT_FORMATS } from '../report/formats.ts'
import {
  addConnectionFlags,
  addNamespaceFlag,
  addOutputFlag,
  connectionFlags,
  example,
  repeatable,
} from './flags.ts'
import type { Run } from './run.ts'

/** Adds `audit` to the program. */
export function addAudit(program: Command, name: string, run: Run): void {
  const command = program
    .command('audit')
    .description('find what will fail or waste pulls next, in manifests or on live workloads')
  addNamespaceFlag(command, 'look at')
    .option('-A, --all-namespaces', 'look at every namespace')
    .option('-l, --selector <labels>', 'only workloads with these labels, such as app=shop,tier!=test')
    .addOption(
      new Option(
        '-f, --filename <path>',
        'read manifests: a file, a folder, or - for stdin (repeatable)',
      ).argParser(repeatable),
    )
    .option('-R, --recursive', 'with -f, read folders recursively')
    .option('--allow-empty', 'finding no workload at all is no error')
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
      ]),
    )
    .action(options =>
      run
        .reading(async () => (await import('../commands/audit.ts')).auditCommand)
        .with(
          {
            connection: connectionFlags(options),
            allNamespaces: options.allNamespaces === true,
            selector: options.selector,
            files: options.filename ?? [],
            recursive: options.recursive === true,
            allowEmpty: options.allowEmpty === true,
            format: options.output,
            failOn: options.failOn,
          },
          options,
        ),
    )
}
