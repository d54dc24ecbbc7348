/** The flags of `undo`. */

import { type Command, Option, type OptionValues } from 'commander'
import type { UndoOptions } from '../commands/undo.ts'
import { DATA_FORMATS } from '../report/formats.ts'
import { addConnectionFlags, addOutputFlag, connectionFlags, example } from './flags.ts'
import type { Run } from './run.ts'

/** Adds `undo` to the program. */
export function addUndo(program: Command, name: string, run: Run): void {
  const command = program
    .command('undo')
    .description('revert what one fix wrote, and only that')
    .argument('[run]', 'a name that --list shows (default: the newest)')
  addUndoFlags(command)
    .addHelpText(
      'after',
      example(name, [
        ['undo --list', 'the runs, newest first'],
        ['undo --dry-run', 'what would be reverted'],
      ]),
    )
    .action((runName, options) =>
      run
        .writing(async () => (await import('../commands/undo.ts')).undoCommand)
        .with(undoOptions(runName, options), options),
    )
}

function addUndoFlags(command: Command): Command {
  addConnectionFlags(
    command
      .option('--list', 'list the runs, newest first')
      .option('-y, --yes', "don't ask")
      .addOption(
        new Option(
          '--dry-run [where]',
          'only show what would be reverted (client), or also try it on the server',
        )
          .choices(['none', 'client', 'server'])
          .preset('client')
          .default('none'),
      ),
  )
  return addOutputFlag(command, DATA_FORMATS)
}

/** Converts commander's options to the command's. */
function undoOptions(run: string | undefined, options: OptionValues): UndoOptions {
  return {
    connection: connectionFlags(options),
    ...(run === undefined ? {} : { run }),
    list: options.list === true,
    yes: options.yes === true,
    dryRun: options.dryRun,
    format: options.output,
  }
}
