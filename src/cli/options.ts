/** `options`: the flags that most commands have, in one list instead of in each help. */

import type { Command } from 'commander'
import { listCommonFlags } from './flags.ts'

/** Adds `options` to the program. */
export function addOptions(program: Command): void {
  const command = program.command('options').description('list the flags that most commands have')
  listCommonFlags(command.helpOption(false)).action(() => command.outputHelp())
}
