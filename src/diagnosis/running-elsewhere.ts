/** What is shown by other pods of a dump that run an image: the name is right, and what differs is the node, or the login. */

import { isLocal } from '../image/host.ts'
import type { Pod } from '../snapshot/pod.ts'
import type { HeldImage } from '../snapshot/snapshot.ts'
import { type Clue, cluesWith, type RunsElsewhere } from './clue.ts'
import type { Finding, Subcause } from './finding.ts'

/** Refusals that are about the login or the name, and not about whoever asks from anywhere. */
const OF_LOGIN: readonly (Subcause | null)[] = [
  'no-credential-sent',
  'credential-refused',
  'not-permitted',
  'denied-or-missing',
  'unspecified',
]

type Pull = Pick<Finding, 'cause' | 'subcause' | 'reference' | 'registry'>

/** Where the image runs, if the pull was refused, or if its node does not trust the host. */
export function runsElsewhere(
  pod: Pod,
  { cause, subcause, reference, registry }: Pull,
  images: readonly HeldImage[] = [],
): Clue[] {
  const isRefused = cause === 'auth-required-or-denied' && OF_LOGIN.includes(subcause)
  // At a loopback address, each node may have a registry of its own.
  if ((!isRefused && cause !== 'tls') || isLocal(registry ?? '')) return []
  const held = images.find(image => image.reference === reference)
  return cluesWith('runs-elsewhere', held === undefined ? null : placesOf(pod, held))
}

/** As many nodes as a sentence names. */
const MAX_NODES = 3

function placesOf(pod: Pod, { by, otherLogins }: HeldImage): RunsElsewhere | null {
  const isOwn = isLikeIn(pod)
  const isHere = isHeldOn(pod.node, by)
  const alike = by.find(isOwn)
  const nodes = isHere || alike === undefined ? [] : alike.nodes
  const other = otherLogins.find(isOwn)?.other ?? null
  const [first] = by
  const shown = alike ?? first
  if (shown === undefined) return null
  if (nodes.length > 0)
    return { nodes: nodes.slice(0, MAX_NODES), namespace: pod.namespace, alike: true, login: other }
  const elsewhere = [...new Set(by.flatMap(group => group.nodes))].filter(name => name !== pod.node)
  return {
    nodes: elsewhere.sort().slice(0, MAX_NODES),
    namespace: other?.namespace ?? shown.namespace,
    alike: false,
    login: other,
  }
}

/** Whether pods have the namespace and the pull secrets of this one. */
function isLikeIn({ namespace, pullSecrets }: Pod) {
  const names = JSON.stringify(pullSecrets)
  return (other: { namespace: string; pullSecrets: string[] }) =>
    other.namespace === namespace && JSON.stringify(other.pullSecrets) === names
}

function isHeldOn(node: string | null, by: HeldImage['by']): boolean {
  return node !== null && by.some(({ nodes }) => nodes.includes(node))
}

/** Whether a pod runs the image on the same node, which therefore has it. */
export function isHeldHere(
  { node }: Pod,
  reference: string | null,
  images: readonly HeldImage[] = [],
): boolean {
  const held = images.find(image => image.reference === reference)
  return held !== undefined && isHeldOn(node, held.by)
}
