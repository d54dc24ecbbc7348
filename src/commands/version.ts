/** `pullguard version`: prints which program this is and, for bug reports, what runs it. */

import type { DataFormat } from '../report/formats.ts'
import { renderVersion } from '../report/views/version.ts'
import type { CommandContext, ExitName } from './context.ts'

interface VersionOptions {
  format: DataFormat
}

/** Prints the version. */
export async function versionCommand({ format }: VersionOptions, context: CommandContext): Promise<ExitName> {
  const { version, out } = context
  const platform = `${process.platform}/${process.arch}`
  await out.write(renderVersion({ version, node: process.versions.node, platform }, format))
  return 'ok'
}
