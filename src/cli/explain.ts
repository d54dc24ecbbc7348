/** The flags of `explain`. */

import type { Command } from 'commander'
import { EXPLAIN_FORMATS } from '../report/formats.ts'
import { addOutputFlag, example } from './flags.ts'
import type { Run } from './run.ts'

/** Adds `explain` to the program. */
export function addExplain(program: Command, name: string, run: Run): void {
  const command = program
    .command('explain')
    .description('explain a cause of failing pulls, or a rule of audit')
    .argument('[name...]', 'causes or rules; without one, all are listed')
  addOutputFlag(command.optionsGroup('Output:'), EXPLAIN_FORMATS)
    .addHelpText(
      'after',
      example(name, [
        ['explain', 'all causes and rules'],
        ['explain rate-limited', 'a cause'],
        ['explain always-pull no-tag', 'two rules'],
      ]),
    )
    .action((names, options) =>
      run
        .reading(async () => (await import('../commands/explain.ts')).explainCommand)
        .with({ names, format: options.output }, options),
    )
}
