/** The failing pods' images that other pods of a dump run: where, and with which pull secrets. */

import { PULL_SECRET_TYPE } from '../../dockerconfig/pull-secret-content.ts'
import { fullName, parseReference, type Reference } from '../../image/reference.ts'
import type { Pod } from '../../snapshot/pod.ts'
import type { HeldBy, HeldImage, OtherLogin, Snapshot } from '../../snapshot/snapshot.ts'
import type { DumpFacts } from './facts.ts'
import { marksFor } from './login-marks.ts'

/** As many nodes as a sentence names. */
const MAX_NODES = 3

/** Of namespaces without a failing pod, as many as examples need. */
const MAX_OTHERS = 20

/** Returns the failing pods' images that other pods run. */
export function heldImages(pods: Pod[], facts: DumpFacts): Pick<Snapshot, 'heldImages'> {
  const failing = Map.groupBy(
    pods.flatMap(pod =>
      pod.containers.flatMap(({ image, imageId }) => (imageId === null ? [{ image, pod }] : [])),
    ),
    ({ image }) => image,
  )
  const held = [...failing.keys()].sort().flatMap((image): HeldImage[] => {
    const reference = parseReference(image)
    const holders = facts.holders.get(image)
    if (reference === null || holders === undefined) return []
    const { nodes } = holders
    const architectures = new Set(nodes.flatMap(name => facts.nodes.get(name)?.architecture ?? []))
    const lacking = (failing.get(image) ?? []).map(({ pod }) => pod)
    const by = holdersBeside(lacking, holders.groups)
    return [
      {
        reference: fullName(reference),
        pods: holders.pods,
        nodes: nodes.slice(0, MAX_NODES),
        architectures: [...architectures].sort(),
        by,
        otherLogins: otherLogins(reference, lacking, { by, facts }),
      },
    ]
  })
  return held.length === 0 ? {} : { heldImages: held }
}

/** All in the namespaces of the failing pods, and some others. */
function holdersBeside(
  lacking: Pod[],
  groups: { namespace: string; pullSecrets: string[]; nodes: ReadonlySet<string> }[],
): HeldBy[] {
  const namespaces = new Set(lacking.map(({ namespace }) => namespace))
  const own = groups.filter(({ namespace }) => namespaces.has(namespace))
  const others = groups.filter(({ namespace }) => !namespaces.has(namespace)).slice(0, MAX_OTHERS)
  return [...own, ...others].map(({ nodes, ...group }) => ({ ...group, nodes: [...nodes].sort() }))
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
    marksFor(image, facts.logins.get(`${namespace}/${secret}`) ?? [])
  const kinds = new Map(lacking.map(pod => [JSON.stringify([pod.namespace, ...pod.pullSecrets]), pod]))
  return [...kinds.values()].flatMap(({ namespace, pullSecrets }) => {
    const tried = new Set(pullSecrets.flatMap(secret => marksIn(namespace, secret)))
    if (tried.size === 0) return []
    const found = by.flatMap(group =>
      group.pullSecrets
        .filter(secret => (group.namespace === namespace) !== pullSecrets.includes(secret))
        .map(secret => ({
          namespace: group.namespace,
          secret,
          alone: [group.namespace, namespace].every(place => isAlone(place, secret, facts)),
        }))
        .filter(other => {
          const marks = marksIn(other.namespace, other.secret)
          return marks.length > 0 && !marks.some(mark => tried.has(mark))
        }),
    )
    const other = found.find(each => each.namespace === namespace) ?? found[0]
    return other === undefined ? [] : [{ namespace, pullSecrets, other }]
  })
}

function isAlone(namespace: string, name: string, { pullSecrets }: DumpFacts): boolean {
  const secret = pullSecrets.get(`${namespace}/${name}`)
  return secret?.type === PULL_SECRET_TYPE && secret.entries.length === 1
}
