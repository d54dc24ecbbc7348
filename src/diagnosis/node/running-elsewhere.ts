/** Finds other pods of a dump that run the image, so its name is right, and what differs: the node or the login. */

import {
  cloudOf,
  ecrAccount,
  ecrRegion,
  isOfAmazon,
  partitionOf,
  partitionOfRegion,
} from '../../image/cloud-registries.ts'
import { isLocal } from '../../image/host.ts'
import type { HeldImage, OtherLogin } from '../../snapshot/held-image.ts'
import type { Node } from '../../snapshot/node.ts'
import type { Pod } from '../../snapshot/pod.ts'
import type { Snapshot } from '../../snapshot/snapshot.ts'
import { type Clue, cluesWith } from '../clues/clue.ts'
import type { RunsElsewhere } from '../clues/clue-of-name.ts'
import { type Finding, isUnreached, type Subcause } from '../finding.ts'
import { regionOf } from './node-platform.ts'

/** Refusals that are about the login or the name, and not about whoever asks from anywhere. */
const OF_LOGIN: readonly (Subcause | null)[] = [
  'no-credential-sent',
  'credential-refused',
  'not-permitted',
  'denied-or-missing',
  'unspecified',
]

type Pull = Pick<Finding, 'cause' | 'subcause' | 'reference' | 'registry'>

/** Where images run, in an order in which many pods find theirs quickly. */
export type HeldIndex = ReadonlyMap<string, HeldPlaces>

interface HeldPlaces {
  image: HeldImage
  nodes: ReadonlySet<string>
  /** The first of these, sorted: one more than a sentence names, as one can be the pod's own. */
  some: string[]
  namespace: string
  /** By namespace and pull secrets. */
  groups: ReadonlyMap<string, HeldImage['by'][number]>
  /** On each node, how many of those groups that have pull secrets run it there. */
  withSecretsOn: ReadonlyMap<string, number>
  otherLogins: ReadonlyMap<string, OtherLogin['other']>
}

/** As many nodes as a sentence names. */
export const MAX_NODES = 3

/** Indexes the images that other pods run. */
export function indexHeld(images: readonly HeldImage[] = []): HeldIndex {
  return new Map(images.map(image => [image.reference, placesIn(image)]))
}

function placesIn(image: HeldImage): HeldPlaces {
  const { by, otherLogins } = image
  const all = new Set(by.flatMap(({ nodes }) => nodes))
  const withSecretsOn = new Map<string, number>()
  for (const { nodes } of by.filter(({ pullSecrets }) => pullSecrets.length > 0))
    for (const node of nodes) withSecretsOn.set(node, (withSecretsOn.get(node) ?? 0) + 1)
  return {
    image,
    nodes: all,
    some: [...all].sort().slice(0, MAX_NODES + 1),
    namespace: by[0]?.namespace ?? '',
    groups: new Map(by.map(group => [kindOf(group), group])),
    withSecretsOn,
    otherLogins: new Map(otherLogins.map(each => [kindOf(each), each.other])),
  }
}

/** Pods of one namespace with the same pull secrets. */
function kindOf({ namespace, pullSecrets }: Pick<Pod, 'namespace' | 'pullSecrets'>): string {
  return JSON.stringify([namespace, ...pullSecrets])
}

/** Where the image runs, if the pull was refused, or if its node does not trust or reach the host, is not let in, or rejects the image. */
export function runsElsewhere(
  pod: Pod,
  { cause, subcause, reference, registry }: Pull,
  images: HeldIndex,
): Clue[] {
  const isRefused = cause === 'auth-required-or-denied' && OF_LOGIN.includes(subcause)
  const isBlocked = cause === 'auth-required-or-denied' && subcause === 'blocked'
  // Nodes may have policies of their own, and a registry rules for their addresses, which no login changes.
  const isOfNode = isUnreached(cause) || cause === 'proxy' || cause === 'signature-policy' || isBlocked
  // At a loopback address, each node may have a registry of its own.
  if ((!isRefused && !isOfNode && cause !== 'tls') || isLocal(registry ?? '')) return []
  const held = images.get(reference ?? '')
  const place = held === undefined ? null : placesOf(pod, held, isRefused || isBlocked)
  // What pods with other logins run says nothing of that.
  return cluesWith('runs-elsewhere', isOfNode && place?.alike !== true ? null : place)
}

/** `ofLogin`: only nodes count that nothing with another kind of login could have pulled it for. */
function placesOf(pod: Pod, held: HeldPlaces, ofLogin: boolean): RunsElsewhere | null {
  const kind = kindOf(pod)
  const alike = isHeldOn(pod, held) ? [] : (held.groups.get(kind)?.nodes ?? [])
  // Where pods with other secrets run the image, too, one of those may have brought it to the node.
  const own = pod.pullSecrets.length > 0 ? 1 : 0
  const nodes = ofLogin ? alike.filter(node => (held.withSecretsOn.get(node) ?? 0) === own) : alike
  const login = held.otherLogins.get(kind) ?? null
  if (held.nodes.size === 0) return null
  const { namespace } = pod
  if (nodes.length > 0) return { nodes: nodes.slice(0, MAX_NODES), namespace, alike: true, login }
  return {
    nodes: held.some.filter(name => name !== pod.node).slice(0, MAX_NODES),
    namespace: login?.namespace ?? (held.groups.has(kind) ? namespace : held.namespace),
    alike: false,
    login,
  }
}

/**
 * What else the node pulls from ECR with its own login: only images of other AWS accounts, of which the refused one is the first, or images of the
 * same registry under another of its names.
 */
export function otherHostsOfEcr(
  { node }: Pick<Pod, 'node'>,
  { cause, registry, credential }: Pick<Finding, 'cause' | 'registry' | 'credential'>,
  pulled: Snapshot['ecrHosts'],
): Clue[] {
  const account = ecrAccount(registry)
  if (cause !== 'auth-required-or-denied' || account === null || credential.status === 'usable') return []
  const { hosts = [] } = pulled?.find(each => each.node === node) ?? {}
  if (isOfAmazon(registry) || hosts.length === 0 || hosts.includes(registry ?? '')) return []
  const same = hosts.filter(host => ecrAccount(host) === account)
  const named = same.find(host => ecrRegion(host) === ecrRegion(registry))
  if (named !== undefined) return [{ code: 'named-otherwise', host: named }]
  const accounts = [...new Set(hosts.flatMap(host => ecrAccount(host) ?? []))].sort()
  return same.length > 0 ? [] : [{ code: 'other-accounts', accounts }]
}

/** How AWS names nodes after their region; those of the oldest region have `ec2.internal`. */
const NAMED_AFTER_REGION = /\.([a-z]{2,4}(?:-[a-z]+){1,2}-\d)\.compute\.internal$/

function placeOfNode(name: string | null, node: Node | null): ReturnType<typeof regionOf> {
  const region = NAMED_AFTER_REGION.exec(name ?? '')?.[1]
  const shown = node === null ? null : regionOf(node)
  return shown ?? (region === undefined ? null : { cloud: 'ecr', region })
}

/** The parts of one cloud that the node and the registry are in, where these differ, so that the node's own identity is not known at the registry. */
export function otherPartition(
  pod: Pick<Pod, 'node'>,
  { cause, subcause, registry, credential }: Pick<Finding, 'cause' | 'subcause' | 'registry' | 'credential'>,
  node: Node | null,
): Clue[] {
  // A registry that knows an identity, and what it may not do, is in the same part.
  const isUnknown = cause === 'auth-required-or-denied' && subcause !== 'not-permitted'
  if (!isUnknown || credential.status === 'usable' || registry === null) return []
  const place = placeOfNode(pod.node, node)
  if (place === null || place.cloud !== cloudOf(registry)) return []
  const [own, of] = [partitionOfRegion(place.cloud, place.region), partitionOf(registry)]
  return own === null || of === null || own === of
    ? []
    : [{ code: 'other-partition', region: place.region, own, of }]
}

/**
 * The other nodes that have an image which this one may not pull; a kubelet that has it and refuses it says something else. With another policy,
 * they were most likely given it by hand if that is how they have an image of the same publisher that this one lacks, too.
 */
export function onOtherNodes(
  { node }: Pick<Pod, 'node'>,
  { cause, subcause, reference, credential }: Pull & Pick<Finding, 'credential'>,
  { preloaded }: Pick<Snapshot, 'preloaded'>,
  images: HeldIndex,
): Clue[] {
  const others = (nodes: Iterable<string>): Clue[] => {
    const found = [...nodes]
      .filter(name => name !== node)
      .sort()
      .slice(0, MAX_NODES)
    return found.length === 0 ? [] : [{ code: 'on-other-nodes', nodes: found }]
  }
  if (cause === 'never-pull') {
    const { nodes = [] } = preloaded?.find(each => each.reference === reference) ?? {}
    return subcause === 'not-verified' ? [] : others(nodes)
  }
  const isUnknown = subcause === 'denied-or-missing' && credential.status === 'none'
  const held = isUnknown ? images.get(reference ?? '') : undefined
  if (held === undefined || reference === null || node === null) return []
  const isLoaded = preloaded?.some(
    each =>
      publisherOf(each.reference) === publisherOf(reference) &&
      !each.nodes.includes(node) &&
      [...held.nodes].every(name => each.nodes.includes(name)),
  )
  return isLoaded === true ? others(held.nodes) : []
}

/** The registry and the first part of the path. */
function publisherOf(reference: string): string {
  return reference.split('/').slice(0, 2).join('/')
}

/** Where else an image runs whose name is one at each node's own loopback address, and the pod that should serve it at this one. */
export function servedAtLoopback(
  { node }: Pick<Pod, 'node'>,
  { cause, registry, endpoint, reference }: Pick<Finding, 'cause' | 'registry' | 'endpoint' | 'reference'>,
  { hostPorts }: Pick<Snapshot, 'hostPorts'>,
  images: HeldIndex,
): Clue[] {
  const host = endpoint?.host ?? registry
  if (!isUnreached(cause) || registry === null || host !== registry || !isLocal(registry)) return []
  const nodes = [...(images.get(reference ?? '')?.nodes ?? [])].filter(name => name !== node).sort()
  const port = Number(/:(\d+)$/.exec(registry)?.[1])
  const by = hostPorts?.find(each => each.node === node && each.port === port && !each.ready) ?? null
  return nodes.length === 0 && by === null
    ? []
    : [{ code: 'served-at-nodes', nodes: nodes.slice(0, MAX_NODES), by }]
}

function isHeldOn({ node }: Pick<Pod, 'node'>, { nodes }: HeldPlaces): boolean {
  return node !== null && nodes.has(node)
}

/** A few of the nodes that run the image. */
export function nodesWith(reference: string | null, images: HeldIndex): readonly string[] {
  return images.get(reference ?? '')?.some ?? []
}

/** Whether a pod runs the image on the same node, which therefore has it. */
export function isHeldHere(pod: Pick<Pod, 'node'>, reference: string | null, images: HeldIndex): boolean {
  const held = images.get(reference ?? '')
  return held !== undefined && isHeldOn(pod, held)
}
