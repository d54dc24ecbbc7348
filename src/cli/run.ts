/** How a command line reaches the command that it names. */

import type { CommandContext, ExitName } from '../commands/context.ts'
import type { WritingContext } from '../commands/writing-context.ts'

type Command<Options, Context> = (options: Options, context: Context) => Promise<ExitName>

interface Loaded<Options> {
  with(options: Options, flags: { color?: boolean }): Promise<void>
}

/** Loads a command only when it is called: start-up pays for what it uses. */
export interface Run {
  /** One that only reads, and gets nothing to write with. */
  reading<Options>(load: () => Promise<Command<Options, CommandContext>>): Loaded<Options>
  writing<Options>(load: () => Promise<Command<Options, WritingContext>>): Loaded<Options>
}
