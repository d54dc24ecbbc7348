/** What flags mean that several commands have. */

import { UsageError } from '../errors.ts'
import type { ReplacementRule } from '../image/replacement.ts'
import type { CommandContext } from './context.ts'

/** -R without -f would silently read the cluster. @param example a value for -f. @throws UsageError */
export function checkRecursive(
  { recursive, files }: { recursive: boolean; files: readonly string[] },
  example: string,
): void {
  if (recursive && files.length === 0)
    throw new UsageError(`-R needs -f: name the folder to read, as in \`-f ${example} -R\`.`)
}

/**
 * Returns the requested format. Without -o, returns `text` in a CI system's log (`CI` is set), because people read it, and the default
 * otherwise: elsewhere, a pipe gets plain columns for scripts.
 */
export function formatFor<Format>(
  { format, formatGiven }: { format: Format; formatGiven: boolean },
  { out }: Pick<CommandContext, 'out'>,
): Format | 'text' {
  return !formatGiven && out.inCi && !out.isTerminal ? 'text' : format
}

/** Reads `--replace-registry FROM=TO`. @throws UsageError */
export function readReplacement(text: string): ReplacementRule {
  const [from = '', to = '', ...more] = text.split('=')
  if (from !== '' && to !== '' && more.length === 0) return { from, to }
  throw new UsageError(
    `--replace-registry takes FROM=TO, such as docker.io=public.ecr.aws/docker or nginx=quay.io/team/nginx:1.27, not "${text}".`,
  )
}
