/** What is known about mirrors in a cluster: nodes, mirrors seen in use, configured mirrors, and the pulls that would go through one. */

import { endpointOf } from '../diagnosis/text/endpoint-in-text.ts'
import { DOCKER_HUB } from '../image/docker-hub.ts'
import { parseReference } from '../image/reference.ts'
import { compareText } from '../order.ts'
import type { ImageRewriter, MirrorFacts, MirrorSetEntry, PeerMirror } from '../snapshot/mirrors.ts'
import type { Node } from '../snapshot/node.ts'
import type { Gap, SnapshotSource } from '../snapshot/snapshot.ts'
import { type GroupState, groupNodes, type RuntimeNote, runtimeNotes, stateOf } from './node-groups.ts'
import type { NodeGroup } from './setup.ts'

/** A mirror that the text of a failed pull names. Pulls that succeed leave no trace of the host that served them. */
export interface ReportedMirror {
  host: string
  /** The registry of the wanted image; null if the image's name can't be parsed. */
  registry: string | null
  /** The nodes whose pods reported it, as far as known. */
  nodes: string[]
}

/** Something that configures a mirror, or that changes where images come from. */
export type ConfiguredMirror =
  | ({ code: 'mirror-set' } & MirrorSetEntry)
  | ({ code: 'peer' } & PeerMirror)
  | { code: 'embedded-registry'; nodes: string[] }
  | ({ code: 'rewriter' } & ImageRewriter)
  | { code: 'built-in-cache'; host: string; registry: string; nodes: string[] }

/** What nodes pull from one registry. */
interface RegistryPulls {
  registry: string
  /** Distinct images over all nodes. */
  images: number
  /** The sum of each node's images: the pulls from the registry if every node starts empty. */
  pulls: number
  /** The largest number of these images on a single node. */
  mostOnOneNode: number
}

/** Nodes that are configured alike, what is known about their mirror, and what their runtime's version means for mirrors. */
interface SurveyedGroup {
  group: NodeGroup
  mirror: GroupState
  notes: RuntimeNote[]
}

export interface MirrorSurvey {
  takenAt: string
  source: SnapshotSource
  groups: SurveyedGroup[]
  seen: ReportedMirror[]
  configured: ConfiguredMirror[]
  /** The registry with the most pulls first. */
  pulls: RegistryPulls[]
  gaps: Gap[]
}

/** Surveys the mirrors from the facts that were read. */
export function surveyMirrors(facts: MirrorFacts): MirrorSurvey {
  const groups = groupNodes(facts.nodes)
  const seen = seenIn(facts)
  const configured: ConfiguredMirror[] = [
    ...facts.mirrorSets.map(entry => ({ code: 'mirror-set' as const, ...entry })),
    ...facts.peers.map(peer => ({ code: 'peer' as const, ...peer })),
    ...embeddedRegistry(facts.nodes),
    ...facts.rewriters.map(rewriter => ({ code: 'rewriter' as const, ...rewriter })),
    ...builtInCaches(groups),
  ]
  return {
    takenAt: facts.takenAt,
    source: facts.source,
    groups: groups.map(group => ({
      group,
      mirror: stateOf(group, { seen, configured }),
      notes: runtimeNotes(group),
    })),
    seen,
    configured,
    pulls: pullsOf(facts),
    gaps: facts.gaps.filter(gap => !isOfOtherPlatform(gap, facts, groups)),
  }
}

/**
 * Whether the gap is about OpenShift's kinds on another platform. A server without these kinds refuses them like kinds that the user is not
 * allowed to read, and only OpenShift's nodes use them.
 */
function isOfOtherPlatform(
  { what, why }: Gap,
  { nodes }: MirrorFacts,
  groups: readonly NodeGroup[],
): boolean {
  return (
    why === 'forbidden' &&
    what.endsWith('.openshift.io') &&
    nodes.length > 0 &&
    groups.every(({ platform }) => platform !== 'openshift')
  )
}

function seenIn({ failures, events }: MirrorFacts): ReportedMirror[] {
  const found = new Map<string, ReportedMirror>()
  const add = (text: string, image: string | null, node: string | null) => {
    const registry = image === null ? null : (parseReference(image)?.registry ?? null)
    const endpoint = endpointOf(text, registry)
    if (endpoint?.role !== 'mirror') return
    const key = `${endpoint.host} ${registry}`
    const seen = found.get(key) ?? { host: endpoint.host, registry, nodes: [] }
    if (node !== null && !seen.nodes.includes(node)) seen.nodes.push(node)
    found.set(key, seen)
  }
  for (const { text, image, node } of failures) add(text, image, node)
  for (const { message } of events) add(message, imageNamed(message), null)
  return [...found.values()].map(seen => ({ ...seen, nodes: seen.nodes.toSorted() }))
}

/** The image in the kubelet's own sentence, which names it first. */
function imageNamed(message: string): string | null {
  return /^[^"]{0,60}\bimage "([^"\s]{1,512})"/i.exec(message)?.[1] ?? null
}

function embeddedRegistry(nodes: readonly Node[]): ConfiguredMirror[] {
  const on = nodes.filter(({ labels }) =>
    [labels['p2p.k3s.cattle.io/enabled'], labels['p2p.rke2.cattle.io/enabled']].includes('true'),
  )
  return on.length === 0 ? [] : [{ code: 'embedded-registry', nodes: on.map(({ name }) => name).toSorted() }]
}

/** GKE's nodes ask this cache before Docker Hub without being configured to (Google's documentation). */
function builtInCaches(groups: readonly NodeGroup[]): ConfiguredMirror[] {
  const nodes = groups
    .filter(({ platform, os }) => platform === 'gke' && os !== 'windows')
    .flatMap(({ nodes }) => nodes)
  return nodes.length === 0
    ? []
    : [{ code: 'built-in-cache', host: 'mirror.gcr.io', registry: DOCKER_HUB, nodes: nodes.toSorted() }]
}

function pullsOf({ images }: MirrorFacts): RegistryPulls[] {
  const byRegistry = new Map<string, Map<string, Set<string>>>()
  for (const { image, node } of images) {
    const reference = parseReference(image)
    if (reference === null) continue
    const { registry, repository, tag, digest } = reference
    const onNodes = byRegistry.get(registry) ?? new Map<string, Set<string>>()
    const onNode = onNodes.get(node) ?? new Set<string>()
    byRegistry.set(registry, onNodes.set(node, onNode.add(`${repository}:${digest ?? tag ?? 'latest'}`)))
  }
  return [...byRegistry]
    .map(([registry, onNodes]) => {
      const counts = [...onNodes.values()].map(({ size }) => size)
      return {
        registry,
        images: new Set([...onNodes.values()].flatMap(names => [...names])).size,
        pulls: counts.reduce((sum, count) => sum + count, 0),
        mostOnOneNode: Math.max(...counts),
      }
    })
    .sort((a, b) => b.pulls - a.pulls || compareText(a.registry, b.registry))
}
