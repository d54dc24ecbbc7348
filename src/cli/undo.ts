/** The flags of `undo`. */

import type { Command, Option, OptionValues } from 'commander'
import type { UndoOptions } from '../commands/undo.ts'
import { UsageError } from '../errors.ts'
import { DATA_FORMATS } from '../report/formats.ts'
import type { CommandRunner } from './command-runner.ts'
import { connectionFlags, connectionOptions } from './connection-flags.ts'
import { addFlags, flag } from './declare-flag.ts'
import { dryRunFlag, example, onlyGiven, outputFlags } from './flags.ts'

/** Adds `undo` to the program. */
export function addUndo(program: Command, name: string, run: CommandRunner): void {
  const command = program
    .command('undo')
    .description('revert what one fix wrote, and only that')
    .argument('[run]', 'a name that --list shows (default: the newest)')
  addFlags(command, UNDO_FLAGS)
    .addHelpText(
      'after',
      example(name, [
        ['undo --list', 'the runs, newest first'],
        ['undo --dry-run', 'what would be reverted'],
      ]),
    )
    .action((runName, options) =>
      run.writing(
        async () => (await import('../commands/undo.ts')).undoCommand,
        undoOptions(runName, options),
        options,
      ),
    )
}

const UNDO_FLAGS: Option[] = [
  flag('--list', 'list the runs, newest first'),
  flag('-y, --yes', "don't ask"),
  dryRunFlag('only show what would be reverted (client), or also try it on the server', ['client', 'server']),
  ...connectionFlags(),
  ...outputFlags(DATA_FORMATS),
]

/** Converts commander's options to the command's. */
function undoOptions(run: string | undefined, options: OptionValues): UndoOptions {
  if (options.list === true && run !== undefined)
    throw new UsageError(`--list lists all runs: remove ${run}, or remove --list to undo that run.`)
  return {
    connection: connectionOptions(options),
    ...onlyGiven({ run }),
    list: options.list === true,
    yes: options.yes === true,
    dryRun: options.dryRun,
    format: options.output,
  }
}
