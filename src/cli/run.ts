/** How the program loads and runs a command. */

import type { CommandContext, ExitName } from '../commands/context.ts'
import type { WritingContext } from '../commands/writing-context.ts'

type Command<Options, Context> = (options: Options, context: Context) => Promise<ExitName>

interface LoadedCommand<Options> {
  with(options: Options, flags: { color?: boolean; quiet?: boolean }): Promise<void>
}

/** Loads a command only when it is called, to keep start-up fast. */
export interface Run {
  /** Loads a command that only reads: its context can't write. */
  reading<Options>(load: () => Promise<Command<Options, CommandContext>>): LoadedCommand<Options>
  writing<Options>(load: () => Promise<Command<Options, WritingContext>>): LoadedCommand<Options>
}
