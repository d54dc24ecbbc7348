/** The format where no flag names one: words in a CI log, where people read what a pipe would otherwise hand to a script as bare columns. */

import type { CommandContext } from './context.ts'

interface FormatOptions<Format> {
  format: Format
  /** -o was given. */
  formatGiven: boolean
}

/** The format that was asked for; without -o, `text` in the log of a CI system (`CI` is set), and the usual one anywhere else. */
export function formatFor<Format>(
  { format, formatGiven }: FormatOptions<Format>,
  { env, out }: Pick<CommandContext, 'env' | 'out'>,
): Format | 'text' {
  const inCi = !['', '0', 'false'].includes(env.CI ?? '')
  return !formatGiven && inCi && !out.isTerminal ? 'text' : format
}
