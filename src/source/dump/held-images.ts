/** The failing pods' images that other pods of a dump run: where, and with which pull secrets. */

import { PULL_SECRET_TYPE } from '../../dockerconfig/pull-secret-content.ts'
import { parseReference, type Reference } from '../../image/reference.ts'
import { compareText } from '../../order.ts'
import type { HeldBy, HeldImage, OtherLogin } from '../../snapshot/held-image.ts'
import { objectKey } from '../../snapshot/object-key.ts'
import type { Pod } from '../../snapshot/pod.ts'
import type { PullSecret } from '../../snapshot/pull-secret.ts'
import type { Snapshot } from '../../snapshot/snapshot.ts'
import type { AwaitedImage } from '../awaited-images.ts'
import { heldImage } from '../running-images.ts'
import type { DumpFacts } from './facts.ts'
import { marksFor } from './marked-logins.ts'

/** As many nodes as a sentence names. */
const MAX_NODES = 3

/** Returns the failing pods' images that other pods run. */
export function heldImages(awaited: readonly AwaitedImage[], facts: DumpFacts): Pick<Snapshot, 'heldImages'> {
  const failing = Map.groupBy(awaited, ({ image }) => image)
  const held = [...failing.keys()].sort().flatMap((image): HeldImage[] => {
    const reference = parseReference(image)
    const held = heldImage(image, facts.running)
    if (reference === null || held === null) return []
    const nodes = facts.running.nodesWith(image)
    const architectures = new Set(nodes.flatMap(name => facts.nodes.get(name)?.architecture ?? []))
    const systems = new Set(nodes.flatMap(name => facts.nodes.get(name)?.os ?? []))
    const lacking = (failing.get(image) ?? []).map(({ pod }) => pod)
    return [
      {
        ...held,
        architectures: [...architectures].sort(),
        ...(systems.size === 1 && systems.has('linux') && { onLinux: true as const }),
        otherLogins: otherLogins(reference, lacking, { by: held.by, facts }),
        ...cordonedNodes(architectures, facts),
        ...newestPulls(image, facts),
      },
    ]
  })
  return held.length === 0 ? {} : { heldImages: held }
}

/** Nodes that do not report take no pods either. */
function cordonedNodes(architectures: ReadonlySet<string>, facts: DumpFacts): Pick<HeldImage, 'cordoned'> {
  const fitting = [...facts.nodes.values()].filter(
    ({ architecture, silentSince }) =>
      architecture !== null && architectures.has(architecture) && silentSince === undefined,
  )
  const cordoned = fitting.filter(node => node.cordoned === true).map(({ name }) => name)
  return cordoned.length === 0 || cordoned.length < fitting.length ? {} : { cordoned: cordoned.sort() }
}

function newestPulls(image: string, { pulls }: DumpFacts): Pick<HeldImage, 'pulls'> {
  const found = [...(pulls.get(image) ?? [])].map(([node, at]) => ({ node, at }))
  found.sort((a, b) => compareText(b.at, a.at) || compareText(a.node, b.node))
  return found.length === 0 ? {} : { pulls: found.slice(0, MAX_NODES) }
}

/**
 * Secrets with another login for the image than a failing pod has in its own: of the same name in another namespace, which are meant to be
 * copies, or in the pod's namespace.
 */
function otherLogins(
  image: Reference,
  lacking: Pod[],
  { by, facts }: { by: HeldBy[]; facts: DumpFacts },
): OtherLogin[] {
  const marksIn = (namespace: string, secret: string) =>
    marksFor(image, facts.logins.get(objectKey(namespace, secret)) ?? [])
  const kinds = new Map(lacking.map(pod => [JSON.stringify([pod.namespace, ...pod.pullSecrets]), pod]))
  const marksOf = ({ namespace, pullSecrets }: Pod) =>
    pullSecrets.flatMap(secret => marksIn(namespace, secret))
  // What other failing pods have tried is no better where they are.
  const tried = new Set([...kinds.values()].flatMap(marksOf))
  const others = by
    .flatMap(({ namespace, pullSecrets }) => pullSecrets.map(secret => ({ namespace, secret })))
    .filter(({ namespace, secret }) => {
      const marks = marksIn(namespace, secret)
      return marks.length > 0 && !marks.some(mark => tried.has(mark))
    })
  const byNamespace = Map.groupBy(others, ({ namespace }) => namespace)
  const byName = new Map(others.map(each => [each.secret, each]))
  return [...kinds.values()].flatMap(pod => {
    const { namespace, pullSecrets } = pod
    if (marksOf(pod).length === 0) return []
    const other =
      byNamespace.get(namespace)?.find(({ secret }) => !pullSecrets.includes(secret)) ??
      pullSecrets.flatMap(secret => byName.get(secret) ?? [])[0]
    if (other === undefined) return []
    const { secret } = other
    const alone = replaces(
      facts.pullSecrets.get(objectKey(other.namespace, secret)),
      facts.pullSecrets.get(objectKey(namespace, secret)),
    )
    return [{ namespace, pullSecrets, other: { namespace: other.namespace, secret, alone } }]
  })
}

/** Whether the login in one secret can replace all that is in the other: it is for the same images. */
function replaces(secret: PullSecret | undefined, old: PullSecret | undefined): boolean {
  const [key, replaced] = [secret, old].map(each =>
    each?.type === PULL_SECRET_TYPE && each.entries.length === 1 ? each.entries[0]?.key : undefined,
  )
  return key !== undefined && key === replaced
}
