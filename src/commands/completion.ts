/** `pullguard completion SHELL`: prints the script that makes the shell call `pullguard __complete`. */

import { COMPLETION_SCRIPTS, type Shell } from '../report/completion-scripts.ts'
import type { CommandContext, ExitName } from './context.ts'

export interface CompletionOptions {
  shell: Shell
}

/** Prints the script. */
export async function completionCommand(
  { shell }: CompletionOptions,
  context: CommandContext,
): Promise<ExitName> {
  await context.out.write(COMPLETION_SCRIPTS[shell])
  return 'ok'
}
