/** The flags of `image`. */

import type { Command } from 'commander'
import { DATA_FORMATS } from '../report/formats.ts'
import type { CommandRunner } from './command-runner.ts'
import { addFlags } from './declare-flag.ts'
import { checkFlags, checkOptions, example, isFormatGiven, outputFlags } from './flags.ts'

/** Adds `image` to the program. */
export function addImage(program: Command, name: string, run: CommandRunner): void {
  const command = program
    .command('image')
    .description('show how Kubernetes reads image references')
    .argument('<reference...>', 'references, or - to read them from stdin, one per line')
  addFlags(command, [...checkFlags(), ...outputFlags(DATA_FORMATS)])
    .addHelpText(
      'after',
      example(name, [
        ['image nginx ghcr.io/acme/api:v2', 'two references'],
        ['image - < images.txt', 'references from a file'],
        ['image --check-images nginx:1.27', 'also ask its registry'],
      ]),
    )
    .action((references, options) =>
      run.reading(
        async () => (await import('../commands/image.ts')).imageCommand,
        {
          references,
          format: options.output,
          formatGiven: isFormatGiven(command),
          ...checkOptions(options),
        },
        options,
      ),
    )
}
