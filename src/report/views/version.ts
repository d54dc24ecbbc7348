/** `version` in any of its formats. */

import type { DataFormat } from '../formats.ts'
import { enveloped, toJson, toYaml } from '../machine/data.ts'

export interface VersionFacts {
  version: string
  /** The version of Node that runs the program. */
  node: string
  /** Operating system and CPU as Node names them: `linux/x64`. */
  platform: string
}

const RENDERERS: Record<DataFormat, (facts: VersionFacts) => string> = {
  table: versionLine,
  text: versionLine,
  json: facts => toJson(enveloped('Version', facts)),
  yaml: facts => toYaml(enveloped('Version', facts)),
  name: ({ version }) => `${version}\n`,
}

/** The version as text for standard output, ready to write. */
export function renderVersion(facts: VersionFacts, format: DataFormat): string {
  return RENDERERS[format](facts)
}

function versionLine({ version, node, platform }: VersionFacts): string {
  return `pullguard ${version} (Node ${node}, ${platform})\n`
}
