/** The flags of `why`. */

import type { Command, Option, OptionValues } from 'commander'
import type { WhyOptions } from '../commands/why.ts'
import { DATA_FORMATS } from '../report/formats.ts'
import type { CommandRunner } from './command-runner.ts'
import { connectionFlags, connectionOptions, namespaceFlag } from './connection-flags.ts'
import { addFlags } from './declare-flag.ts'
import {
  checkFlags,
  checkOptions,
  dumpFlags,
  example,
  fileOptions,
  onlyGiven,
  outputFlags,
  quietFlag,
} from './flags.ts'

/** Adds `why` to the program. */
export function addWhy(program: Command, name: string, run: CommandRunner): void {
  const command = program
    .command('why')
    .description('show what the kubelet tries for each image of a pod, and what goes wrong')
    .argument('[name]', 'POD, NAMESPACE/POD, or TYPE/NAME (default: choose a failing pod)')
  addFlags(command, FLAGS)
    .addHelpText('after', example(name, EXAMPLES))
    .action((name: string | undefined, options) =>
      run.reading(
        async () => (await import('../commands/why.ts')).whyCommand,
        whyOptions(name, options),
        options,
      ),
    )
}

const FLAGS: Option[] = [
  namespaceFlag('the pod is in'),
  ...dumpFlags(),
  ...connectionFlags(),
  ...checkFlags(),
  ...outputFlags(DATA_FORMATS),
  quietFlag(),
]

const EXAMPLES: [string, string][] = [
  ['why web/shop-0', 'one pod of namespace web'],
  ['why -n web deploy/shop', 'the failing pods of a workload'],
  ['why -f dump.json web/shop-0', 'a pod of a dump'],
]

/** Converts the name and the flags to the command's options. @throws UsageError */
function whyOptions(name: string | undefined, options: OptionValues): WhyOptions {
  return {
    connection: connectionOptions(options),
    ...onlyGiven({ name }),
    ...fileOptions(options),
    ...checkOptions(options),
    format: options.output,
  }
}
