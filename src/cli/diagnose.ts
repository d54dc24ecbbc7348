/** The flags of `diagnose`. */

import { type Command, Option } from 'commander'
import { DIAGNOSIS_FORMATS, SORT_KEYS } from '../report/formats.ts'
import {
  addCheckFlags,
  addConnectionFlags,
  addDumpFlags,
  addOutputFlag,
  addQuietFlag,
  addScopeFlags,
  checkFlags,
  example,
  isFormatGiven,
  namespaceFlags,
} from './flags.ts'
import type { Run } from './run.ts'

/** Adds `diagnose` to the program. */
export function addDiagnose(program: Command, name: string, run: Run): void {
  const command = program
    .command('diagnose')
    .description('find failing image pulls and name their causes, with proof')
    .argument('[name...]')
    .option('-w, --watch', 'repeat after each change until Ctrl-C; in a pipe, one line per change')
    .option('--until-clear', 'watch until no pull is failing')
  addCheckFlags(addConnectionFlags(addDumpFlags(addScopeFlags(command))))
  addQuietFlag(addOutputFlag(command, DIAGNOSIS_FORMATS))
    .option('--no-headers', 'plain columns without headers')
    .addOption(new Option('--sort-by <column>', 'plain columns sorted by').choices(SORT_KEYS))
    .addOption(
      new Option('--fail-on <severity>', 'exit 1 for findings at or above this severity')
        .choices(['error', 'warning', 'info', 'never'])
        .default('error'),
    )
    .option('--baseline <file>', "don't count the failures listed in this file")
    .option('--write-baseline <file>', 'write the current failures to this file as known')
    .addHelpText(
      'after',
      example(name, [
        ['diagnose -A', 'the whole cluster'],
        ['diagnose deploy/web sts/db', 'two workloads'],
        ['diagnose -n web,shop -l app=api', 'some pods'],
        ['diagnose --check-images', 'ask registries too'],
        ['diagnose -n web --until-clear', 'watch until it is over'],
        ['diagnose -f dump.json -o json', 'a dump, as JSON'],
        ['diagnose -n web -o junit > pulls.xml', 'for a CI system'],
      ]),
    )
    .action((names: string[], options, self) =>
      run
        .reading(async () => (await import('../commands/diagnose.ts')).diagnoseCommand)
        .with(
          {
            ...namespaceFlags(options),
            names,
            allNamespaces: options.allNamespaces === true,
            excludedNamespaces: options.excludeNamespace ?? [],
            selector: options.selector,
            files: options.filename ?? [],
            recursive: options.recursive === true,
            ...checkFlags(options),
            format: options.output,
            formatGiven: isFormatGiven(self),
            failOn: options.failOn,
            headers: options.headers !== false,
            ...(options.sortBy === undefined ? {} : { sortBy: options.sortBy }),
            ...(options.baseline === undefined ? {} : { baseline: options.baseline }),
            ...(options.writeBaseline === undefined ? {} : { writeBaseline: options.writeBaseline }),
            ...(options.untilClear === true
              ? { watch: 'until-clear' as const }
              : options.watch === true && { watch: 'on' as const }),
          },
          options,
        ),
    )
}
