/** The flags of `explain`. */

import type { Command } from 'commander'
import { DATA_FORMATS } from '../report/formats.ts'
import { addOutputFlag, example } from './flags.ts'
import type { Run } from './run.ts'

/** Adds `explain` to the program. */
export function addExplain(program: Command, name: string, run: Run): void {
  const command = program
    .command('explain')
    .description('explain a cause: what it is, how to tell, and what to do')
    .argument('[cause...]', 'causes as diagnose names them (default: list all of them)')
  addOutputFlag(command, DATA_FORMATS)
    .addHelpText(
      'after',
      example(name, [
        ['explain', 'every cause with a headline'],
        ['explain rate-limited', 'one of them'],
      ]),
    )
    .action((names: string[], options) =>
      run
        .reading(async () => (await import('../commands/explain.ts')).explainCommand)
        .with({ names, format: options.output }, options),
    )
}
