/** The flags of `diagnose`. */

import type { Command, Option, OptionValues } from 'commander'
import type { DiagnoseOptions } from '../commands/diagnose.ts'
import { DIAGNOSIS_FORMATS, SORT_KEYS } from '../report/formats.ts'
import type { CommandRunner } from './command-runner.ts'
import { connectionFlags, exclusionFlag, namespaceOptions, namespacesFlags } from './connection-flags.ts'
import { addFlags, flag } from './declare-flag.ts'
import {
  checkFlags,
  checkOptions,
  dumpFlags,
  example,
  failOnFlag,
  fileOptions,
  isFormatGiven,
  onlyGiven,
  outputFlags,
  quietFlag,
} from './flags.ts'

/** Adds `diagnose` to the program. */
export function addDiagnose(program: Command, name: string, run: CommandRunner): void {
  const command = program
    .command('diagnose')
    .description('find failing image pulls and name their causes, with proof')
    .argument('[name...]')
  addFlags(command, FLAGS)
    .addHelpText('after', example(name, EXAMPLES))
    .action((names: string[], options) =>
      run.reading(
        async () => (await import('../commands/diagnose.ts')).diagnoseCommand,
        { ...diagnoseOptions(names, options), formatGiven: isFormatGiven(command) },
        options,
      ),
    )
}

const FLAGS: Option[] = [
  flag('-w, --watch', 'repeat after each change until Ctrl-C; in a pipe, one line per change'),
  flag('--until-clear', 'watch until no pull is failing'),
  ...namespacesFlags('look at'),
  exclusionFlag(),
  flag('-l, --selector <labels>', 'only pods with these labels, such as app=shop,tier!=test'),
  ...dumpFlags(),
  ...connectionFlags(),
  ...checkFlags(),
  ...outputFlags(DIAGNOSIS_FORMATS),
  quietFlag(),
  flag('--no-headers', 'plain columns without headers'),
  flag('--sort-by <column>', 'plain columns sorted by', { choices: SORT_KEYS }),
  failOnFlag('exit 1 for findings at or above this severity'),
  flag('--baseline <file>', "don't count the failures listed in this file"),
  flag('--write-baseline <file>', 'write the current failures to this file as known'),
]

const EXAMPLES: [string, string][] = [
  ['diagnose -A', 'the whole cluster'],
  ['diagnose deploy/web sts/db', 'two workloads'],
  ['diagnose -n web,shop -l app=api', 'some pods'],
  ['diagnose --check-images', 'ask registries too'],
  ['diagnose -n web --until-clear', 'watch until none fails'],
  ['diagnose -f dump.json -o json', 'a dump, as JSON'],
  ['diagnose -n web -o junit > pulls.xml', 'for a CI system'],
]

/** Converts names and flags to the command's options. @throws UsageError */
function diagnoseOptions(names: string[], options: OptionValues): Omit<DiagnoseOptions, 'formatGiven'> {
  const watch = options.untilClear === true ? 'until-clear' : options.watch === true ? 'on' : undefined
  return {
    ...namespaceOptions(options),
    names,
    excludedNamespaces: options.excludeNamespace ?? [],
    selector: options.selector,
    ...fileOptions(options),
    ...checkOptions(options),
    format: options.output,
    failOn: options.failOn,
    headers: options.headers !== false,
    ...onlyGiven({
      sortBy: options.sortBy,
      baseline: options.baseline,
      writeBaseline: options.writeBaseline,
      watch,
    }),
  }
}
