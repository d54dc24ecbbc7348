/** Renders `version` in any format. */

import type { DataFormat } from '../formats.ts'
import { enveloped, toJson, toYaml } from '../machine/data.ts'

export interface VersionFacts {
  version: string
  /** The version of Node that is running the program. */
  node: string
  /** Operating system and CPU in Node's terms: `linux/x64`. */
  platform: string
}

const RENDERERS: Record<DataFormat, (facts: VersionFacts) => string> = {
  table: versionLine,
  text: versionLine,
  json: facts => toJson(enveloped('Version', facts)),
  yaml: facts => toYaml(enveloped('Version', facts)),
  name: ({ version }) => `${version}\n`,
}

/** Returns the version as text for standard output. */
export function renderVersion(facts: VersionFacts, format: DataFormat): string {
  return RENDERERS[format](facts)
}

function versionLine({ version, node, platform }: VersionFacts): string {
  return `pullguard ${version} (Node ${node}, ${platform})\n`
}
