/** How the program loads and runs a command. */

import type { CommandContext, ExitName } from '../commands/context.ts'
import type { WritingContext } from '../commands/writing-context.ts'

/** Loads a command only when it is called, to keep start-up fast. */
type LoadCommand<Options, Context> = () => Promise<(options: Options, context: Context) => Promise<ExitName>>

/** Flags that affect the context of every command. */
export interface CommonFlags {
  color?: boolean
  quiet?: boolean
}

export interface CommandRunner {
  /** Runs a command that only reads: its context can't write. */
  reading<Options>(
    load: LoadCommand<Options, CommandContext>,
    options: NoInfer<Options>,
    flags: CommonFlags,
  ): Promise<void>
  writing<Options>(
    load: LoadCommand<Options, WritingContext>,
    options: NoInfer<Options>,
    flags: CommonFlags,
  ): Promise<void>
}
