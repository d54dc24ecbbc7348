/**
 * `pullguard version` prints which program this is; `pullguard completion SHELL` prints the script that makes the shell call `pullguard
 * __complete`.
 */

import { COMPLETION_SCRIPTS, type Shell } from '../report/completion-scripts.ts'
import type { DataFormat } from '../report/formats.ts'
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

export interface VersionOptions {
  format: DataFormat
}

/** Prints the version and, for bug reports, what runs it. */
export async function versionCommand({ format }: VersionOptions, context: CommandContext): Promise<ExitName> {
  // Loaded only here: `completion` runs at the start of each shell.
  const { renderVersion } = await import('../report/views/version.ts')
  const { version, out } = context
  const platform = `${process.platform}/${process.arch}`
  await out.write(renderVersion({ version, node: process.versions.node, platform }, format))
  return 'ok'
}
