/** Groups nodes that are configured alike, and says what is known about each group: its mirrors, and what its runtime's version means. */

import { platformOf } from '../diagnosis/node/node-platform.ts'
import { atLeast } from '../diagnosis/node/pulling-node.ts'
import { compareText } from '../order.ts'
import type { Node } from '../snapshot/node.ts'
import type { MirrorPlatform, NodeGroup } from './setup.ts'
import type { ConfiguredMirror, MirrorSurvey, ReportedMirror } from './survey.ts'

/** The groups, the largest first; the nodes of a group are sorted by name. */
export function groupNodes(nodes: readonly Node[]): NodeGroup[] {
  const groups = new Map<string, NodeGroup>()
  for (const node of nodes) {
    const group = groupOf(node)
    const { platform, runtime, version, os, osImage, managed } = group
    const key = JSON.stringify([platform, runtime, version, os, osImage, managed])
    const known = groups.get(key)
    if (known === undefined) groups.set(key, group)
    else known.nodes.push(node.name)
  }
  const sorted = [...groups.values()].map(group => ({ ...group, nodes: group.nodes.toSorted() }))
  return sorted.sort(
    (a, b) => b.nodes.length - a.nodes.length || compareText(a.nodes[0] ?? '', b.nodes[0] ?? ''),
  )
}

function groupOf(node: Node): NodeGroup {
  const [, runtime = null, version = null] = /^([a-z-]+):\/\/(.*)$/.exec(node.runtime ?? '') ?? []
  const { os, osImage, name, labels } = node
  const compute = labels['eks.amazonaws.com/compute-type']
  const managed = compute === 'fargate' ? 'fargate' : compute === 'auto' ? 'auto-mode' : null
  return {
    platform: platformFor(node, runtime),
    runtime,
    version: version === '' || version === 'Unknown' ? null : version,
    os,
    osImage,
    managed,
    nodes: [name],
  }
}

/** The distribution or cloud; if there is none, the runtime, whose own documentation then applies. */
function platformFor(node: Node, runtime: string | null): MirrorPlatform {
  const platform = platformOf(node)
  // Windows nodes of any provider keep containerd's files in a different place.
  if (node.os === 'windows') return platform === 'gke' ? 'gke' : 'windows'
  if (platform !== null) return platform
  return runtime === 'containerd' || runtime === 'cri-o' || runtime === 'docker' ? runtime : 'unknown'
}

/** What is known about a group's mirrors. There is no state for "none", because files on nodes are not visible from outside. */
export interface GroupState {
  state: 'seen' | 'configured' | 'unknown'
  seen: ReportedMirror[]
  configured: ConfiguredMirror[]
}

/** A mirror that was seen on unknown nodes counts for every group. */
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
    // These DaemonSets write containerd's files, or serve as a proxy for it.
    case 'peer':
      return group.runtime === 'containerd' && group.os !== 'windows'
    case 'embedded-registry':
    case 'built-in-cache':
      return shares(mirror.nodes, group)
    // Rewriters change pods, not nodes.
    case 'rewriter':
      return false
  }
}

function shares(nodes: readonly string[], group: NodeGroup): boolean {
  return nodes.some(node => group.nodes.includes(node))
}

/**
 * `no-hosts-toml`: older than these files.
 * `tables-deprecated`: the tables still work, but exclude the files. `one-folder`: the transfer service takes a list of folders for one
 * name.
 */
export type RuntimeNote = 'no-hosts-toml' | 'tables-deprecated' | 'one-folder' | 'docker-hub-only'

/** Platforms whose administrators write containerd's settings; other platforms generate them. */
const OWN_SETTINGS: readonly MirrorPlatform[] = ['containerd', 'eks', 'aks', 'kind', 'minikube', 'windows']

/** What the runtime's version means, according to containerd's RELEASES.md and docs/cri/config.md. */
export function runtimeNotes(group: NodeGroup): RuntimeNote[] {
  const { platform, runtime, version } = group
  if (runtime === 'docker') return ['docker-hub-only']
  if (runtime !== 'containerd' || version === null || !OWN_SETTINGS.includes(platform)) return []
  if (!atLeast(group, 1, 5)) return ['no-hosts-toml']
  return atLeast(group, 2, 1) ? ['tables-deprecated', 'one-folder'] : ['tables-deprecated']
}
