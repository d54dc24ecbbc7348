/** What a runtime's version means for the ways of configuring a mirror (containerd's RELEASES.md and docs/cri/config.md). */

import { atLeast, type MirrorPlatform, type NodeGroup } from './setup.ts'

/**
 * `no-hosts-toml`: older than the files. `tables-end`: the old tables of config.toml are to be removed in this version. `tables-deprecated`:
 * they still work and exclude the files. `one-folder`: the transfer service takes a list of folders for a single name.
 */
export type RuntimeNote =
  | 'no-hosts-toml'
  | 'tables-deprecated'
  | 'tables-end'
  | 'one-folder'
  | 'docker-hub-only'

/** Platforms whose administrators write containerd's settings themselves; the others generate them. */
const OWN_SETTINGS: readonly MirrorPlatform[] = ['containerd', 'eks', 'aks', 'kind', 'minikube', 'windows']

export function runtimeNotes(group: NodeGroup): RuntimeNote[] {
  const { platform, runtime, version } = group
  if (runtime === 'docker') return ['docker-hub-only']
  if (runtime !== 'containerd' || version === null || !OWN_SETTINGS.includes(platform)) return []
  if (!atLeast(group, 1, 5)) return ['no-hosts-toml']
  const tables = atLeast(group, 2, 4) ? 'tables-end' : 'tables-deprecated'
  return atLeast(group, 2, 1) ? [tables, 'one-folder'] : [tables]
}
