/** Writes what a command says on standard error beside its report. */

import { wrapLines } from '../report/screen/layout.ts'
import type { CommandContext } from './context.ts'

/** Writes a note, wrapped for a terminal. */
export function writeNote({ err }: Pick<CommandContext, 'err'>, text: string): Promise<void> {
  return err.write(wrapLines(text, err.width))
}
