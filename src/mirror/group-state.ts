/** What is known of the mirrors of one group of nodes: seen in use, configured, or unknown. Never none: files on nodes can't be seen from outside. */

import type { NodeGroup } from './setup.ts'
import type { ConfiguredMirror, MirrorSurvey, SeenMirror } from './survey.ts'

export interface GroupState {
  state: 'seen' | 'configured' | 'unknown'
  seen: SeenMirror[]
  configured: ConfiguredMirror[]
}

/** A mirror that was seen on nodes that are not known counts for every group. */
export function stateOf(
  group: NodeGroup,
  { seen, configured }: Pick<MirrorSurvey, 'seen' | 'configured'>,
): GroupState {
  const own = seen.filter(({ nodes }) => nodes.length === 0 || shares(nodes, group))
  const set = configured.filter(mirror => concerns(mirror, group))
  return {
    state: own.length > 0 ? 'seen' : set.length > 0 ? 'configured' : 'unknown',
    seen: own,
    configured: set,
  }
}

function concerns(mirror: ConfiguredMirror, group: NodeGroup): boolean {
  switch (mirror.code) {
    case 'mirror-set':
      return group.platform === 'openshift'
    // These DaemonSets write containerd's files, or stand in front of it.
    case 'peer':
      return group.runtime === 'containerd' && group.os !== 'windows'
    case 'embedded-registry':
    case 'built-in-cache':
      return shares(mirror.nodes, group)
    // Pods, not nodes, are changed.
    case 'rewriter':
      return false
  }
}

function shares(nodes: readonly string[], group: NodeGroup): boolean {
  return nodes.some(node => group.nodes.includes(node))
}
