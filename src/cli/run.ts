/** How a command line reaches the command that it names. */

import type { CommandContext, ExitName } from '../commands/context.ts'

/** Loads a command only when it is called: start-up pays for what it uses. */
export type Run = <O>(load: () => Promise<(options: O, context: CommandContext) => Promise<ExitName>>) => {
  with(options: O, flags: { color?: boolean }): Promise<void>
}
