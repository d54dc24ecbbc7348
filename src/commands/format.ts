/** Chooses the format if no flag names one: text in a CI log, because people read it; a pipe elsewhere gets plain columns for scripts. */

import type { CommandContext } from './context.ts'

interface FormatOptions<Format> {
  format: Format
  /** Whether -o was given. */
  formatGiven: boolean
}

/** Returns the requested format. Without -o, returns `text` in a CI system's log (`CI` is set), and the default otherwise. */
export function formatFor<Format>(
  { format, formatGiven }: FormatOptions<Format>,
  { env, out }: Pick<CommandContext, 'env' | 'out'>,
): Format | 'text' {
  const inCi = !['', '0', 'false'].includes(env.CI ?? '')
  return !formatGiven && inCi && !out.isTerminal ? 'text' : format
}
