/** `pullguard version`: which program this is. No cluster is asked. */

import type { DataFormat } from '../report/formats.ts'
import { renderVersion } from '../report/views/version.ts'
import type { CommandContext, ExitName } from './context.ts'

export interface VersionOptions {
  format: DataFormat
}

/** Prints the version, for a bug report together with what runs it. */
export async function versionCommand({ format }: VersionOptions, context: CommandContext): Promise<ExitName> {
  const { version, out } = context
  const platform = `${process.platform}/${process.arch}`
  await out.write(renderVersion({ version, node: process.versions.node, platform }, format))
  return 'ok'
}
