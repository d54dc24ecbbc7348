/** The flags of `why`. */

import type { Command } from 'commander'
import { DATA_FORMATS } from '../report/formats.ts'
import {
  addCheckFlags,
  addConnectionFlags,
  addDumpFlags,
  addNamespaceFlag,
  addOutputFlag,
  addQuietFlag,
  checkFlags,
  connectionFlags,
  example,
} from './flags.ts'
import type { Run } from './run.ts'

/** Adds `why` to the program. */
export function addWhy(program: Command, name: string, run: Run): void {
  const command = program
    .command('why')
    .description('show what the kubelet tries for each image of a pod, and where the chain breaks')
    .argument('[name]', 'POD, NAMESPACE/POD, or TYPE/NAME (default: choose a failing pod)')
  addCheckFlags(addConnectionFlags(addDumpFlags(addNamespaceFlag(command, 'the pod is in'))))
  addQuietFlag(addOutputFlag(command, DATA_FORMATS))
    .addHelpText(
      'after',
      example(name, [
        ['why web/shop-0', 'one pod of namespace web'],
        ['why -n web deploy/shop', 'the failing pods of a workload'],
        ['why -f dump.json web/shop-0', 'a pod of a dump'],
      ]),
    )
    .action((name: string | undefined, options) =>
      run
        .reading(async () => (await import('../commands/why.ts')).whyCommand)
        .with(
          {
            connection: connectionFlags(options),
            ...(name === undefined ? {} : { name }),
            files: options.filename ?? [],
            recursive: options.recursive === true,
            ...checkFlags(options),
            format: options.output,
          },
          options,
        ),
    )
}
