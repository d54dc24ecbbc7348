/** Picks from a dump the objects that failing pods reference, the same ones that are read from a live cluster. */

import { namesBuild } from '../../image/mistakes/builds-beside.ts'
import { hostBeside } from '../../image/mistakes/host-beside.ts'
import { withoutVersion } from '../../image/reference.ts'
import { hidesMissing } from '../../image/registries.ts'
import { byName, byText } from '../../order.ts'
import type { Node } from '../../snapshot/node.ts'
import { byNamespaceAndName, keyOf, objectKey } from '../../snapshot/object-key.ts'
import { indexOwners } from '../../snapshot/owners.ts'
import type { Pod } from '../../snapshot/pod.ts'
import type { PullSecret } from '../../snapshot/pull-secret.ts'
import type { OwnerLink, PodEvent, ServiceAccount, Snapshot } from '../../snapshot/snapshot.ts'
import { type AwaitedImage, awaitedImages } from '../awaited-images.ts'
import { withHeldPool } from '../narrow/held-pool.ts'
import { describeMissingSecret, markReportedMissing } from '../narrow/related-objects.ts'
import { climbBuiltIn } from '../ownership.ts'
import { type DumpFacts, registryIn } from './facts.ts'
import { heldImages } from './held-images.ts'
import { namedStreams } from './image-streams.ts'
import { ecrHosts, hostPorts, imageSizes, preloadedImages } from './images-on-nodes.ts'
import { numberedLogins } from './marked-logins.ts'

/** What a snapshot has besides pods, their events, and where they were read. */
type RelatedObjects = Omit<
  Snapshot,
  'takenAt' | 'source' | 'scope' | 'podCount' | 'pods' | 'events' | 'imageChecks' | 'gaps'
>

/**
 * Returns the referenced objects. A secret that is not in the dump is `missing` if the dump has all Secrets of its namespace, else
 * `not-in-dump`: it could exist.
 */
export function relatedObjectsIn(pods: Pod[], events: PodEvent[], facts: DumpFacts): RelatedObjects {
  const accounts = new Set(pods.map(({ namespace, serviceAccount }) => objectKey(namespace, serviceAccount)))
  const serviceAccounts = [...accounts].flatMap(account => facts.serviceAccounts.get(account) ?? [])
  const nodes = new Set(pods.flatMap(({ node }) => node ?? []))
  const awaited = awaitedImages(pods)
  const pullSecrets = secretsOf(pods, serviceAccounts, facts)
  const { elsewhere } = unreferencedLogins(pods, pullSecrets, accounts, facts)
  return {
    pullSecrets: markReportedMissing(pullSecrets, events).sort(byNamespaceAndName),
    serviceAccounts: serviceAccounts.sort(byNamespaceAndName),
    ...(elsewhere && { elsewhere }),
    ...numberedLogins(pullSecrets, elsewhere?.pullSecrets ?? [], facts),
    owners: ownersOf(pods, facts).sort(byNamespaceAndName),
    ...pulledElsewhere(awaited, facts),
    ...hostsBeside(awaited, facts),
    ...pulledOpenly(awaited, facts),
    ...runningBeside(awaited, facts),
    ...heldImages(awaited, facts),
    ...ecrHosts(awaited, nodes, facts),
    ...hostPorts(awaited, facts),
    ...preloadedImages(awaited, facts),
    ...imageSizes(awaited, facts),
    ...cronJobs(pullSecrets, facts),
    ...namedStreams(awaited, [...facts.custom.imageStreams.values()].flat()),
    ...fullNodes(nodes, facts),
    ...restarts(nodes, facts),
    ...facts.distribution.shown,
    nodes: [...nodes].flatMap(name => nodeIn(facts, name)).sort(byName),
  }
}

function nodeIn({ nodes, custom }: DumpFacts, name: string): Node[] {
  const node = nodes.get(name)
  return node === undefined ? [] : [withHeldPool(node, custom.heldPools)]
}

/** Returns the secrets that the pods and their service accounts reference, each once. */
function secretsOf(pods: Pod[], serviceAccounts: ServiceAccount[], facts: DumpFacts): PullSecret[] {
  const named = [
    ...pods.map(({ namespace, pullSecrets }) => ({ namespace, names: pullSecrets })),
    ...serviceAccounts.map(({ namespace, imagePullSecrets }) => ({ namespace, names: imagePullSecrets })),
  ].flatMap(({ namespace, names }) => names.map(name => ({ namespace, name })))
  const once = new Map(named.map(secret => [keyOf(secret), secret]))
  return [...once].map(([where, { namespace, name }]) => {
    const found = facts.pullSecrets.get(where)
    if (found !== undefined) return found
    const maker = facts.custom.secretMakers.get(where)
    const missing = facts.holdsSecretsOf(namespace)
      ? describeMissingSecret(namespace, name, 'missing', 'dump')
      : describeMissingSecret(namespace, name, 'not-in-dump')
    return { ...missing, ...(maker !== undefined && { maker }) }
  })
}

/** Returns the images that can show where one without a registry in its name was meant to be. */
function pulledElsewhere(
  awaited: readonly AwaitedImage[],
  { pulledImages }: DumpFacts,
): Pick<Snapshot, 'pulledImages'> {
  const lacksRegistry = awaited.some(({ image }) => registryIn(image) === '')
  return lacksRegistry && pulledImages.size > 0 ? { pulledImages: [...pulledImages].sort() } : {}
}

/** Returns the registries that can show which one was meant where a failing image names another. */
function hostsBeside(
  awaited: readonly AwaitedImage[],
  { runningHosts }: DumpFacts,
): Pick<Snapshot, 'hostsBeside'> {
  const known = [...runningHosts].sort()
  const failing = new Set(awaited.map(({ image }) => registryIn(image)).filter(Boolean))
  const found = [...failing].flatMap(host => hostBeside(host, known)?.registry ?? [])
  return found.length === 0 ? {} : { hostsBeside: [...new Set(found)].sort() }
}

/** Returns the images that other pods run from the repository of a failing one, or with its tag if that names a build. */
function runningBeside(
  awaited: readonly AwaitedImage[],
  { running }: DumpFacts,
): Pick<Snapshot, 'runningBeside'> {
  const failing = new Set(awaited.map(({ image }) => image))
  const tags = new Set([...failing].map(tagIn).filter(namesBuild))
  const repositories = new Set([...failing].map(withoutVersion))
  const found = running.images.filter(
    image => !failing.has(image) && (tags.has(tagIn(image)) || repositories.has(withoutVersion(image))),
  )
  return found.length === 0 ? {} : { runningBeside: found.sort() }
}

const tagIn = (image: string) => /:([\w.-]+)$/.exec(image)?.[1] ?? ''

/** Returns the images that can show what is public beside one at a registry that hides what it lacks. */
function pulledOpenly(
  awaited: readonly AwaitedImage[],
  { openImages }: DumpFacts,
): Pick<Snapshot, 'openImages'> {
  const isHidden = awaited.some(({ image }) => hidesMissing(registryIn(image)))
  return isHidden && openImages.size > 0 ? { openImages: [...openImages].sort() } : {}
}

function fullNodes(nodes: ReadonlySet<string>, facts: DumpFacts): Pick<Snapshot, 'fullNodes' | 'nodesInUse'> {
  const full = [...nodes].filter(name => facts.fullNodes.has(name)).sort()
  const inUse = full.filter(name => facts.nodesInUse.has(name))
  return {
    ...(full.length > 0 && { fullNodes: full }),
    ...(inUse.length > 0 && { nodesInUse: inUse }),
  }
}

function restarts(nodes: ReadonlySet<string>, facts: DumpFacts): Pick<Snapshot, 'restarts'> {
  const found = [...facts.restarts.values()]
    .filter(({ node }) => nodes.has(node))
    .sort(byText(({ at }) => at))
  return found.length === 0 ? {} : { restarts: found }
}

/** Returns what may renew the copies of a secret. */
function cronJobs(named: PullSecret[], facts: DumpFacts): Pick<Snapshot, 'cronJobs'> {
  const known = new Set(named.map(keyOf))
  const own = new Set(named.map(({ name }) => name))
  const hasNamesake = [...facts.pullSecrets.values()].some(
    secret => own.has(secret.name) && !known.has(keyOf(secret)),
  )
  const found = [...facts.owners.values()].filter(({ kind }) => kind === 'CronJob')
  if (!hasNamesake || found.length === 0) return {}
  return { cronJobs: found.map(({ namespace, name }) => ({ namespace, name })).sort(byNamespaceAndName) }
}

/** Returns usable pull secrets that the pods don't reference, and service accounts in their namespaces that list any. */
function unreferencedLogins(
  pods: Pod[],
  named: PullSecret[],
  accounts: ReadonlySet<string>,
  facts: DumpFacts,
): Pick<Snapshot, 'elsewhere'> {
  if (pods.length === 0) return {}
  const known = new Set(named.map(keyOf))
  const namespaces = new Set(pods.map(({ namespace }) => namespace))
  const pullSecrets = [...facts.pullSecrets.values()]
    .filter(secret => !known.has(keyOf(secret)))
    .filter(({ problem, entries }) => problem === null && entries.some(entry => entry.problem === null))
  const serviceAccounts = [...facts.serviceAccounts.values()].filter(
    account =>
      namespaces.has(account.namespace) &&
      !accounts.has(keyOf(account)) &&
      (account.imagePullSecrets.length > 0 || account.pullsThrough !== undefined),
  )
  if (pullSecrets.length + serviceAccounts.length === 0) return {}
  return {
    elsewhere: {
      pullSecrets: pullSecrets.sort(byNamespaceAndName),
      serviceAccounts: serviceAccounts.sort(byNamespaceAndName),
    },
  }
}

/** Returns every link from the pods to their topmost controllers, each once, as far as the dump contains or implies them. */
function ownersOf(pods: Pod[], facts: DumpFacts): OwnerLink[] {
  const known = indexOwners(facts.owners.values())
  const links = new Map<string, OwnerLink>()
  for (const pod of pods) {
    const { steps } = climbBuiltIn(pod, known)
    for (const { object } of steps) if (object !== null) links.set(`${object.kind} ${keyOf(object)}`, object)
    const top = steps.length === 0 ? pod.controller : (steps.at(-1)?.object?.controller ?? null)
    const id = top === null ? '' : `${top.kind} ${objectKey(pod.namespace, top.name)}`
    const custom = facts.custom.workloads.get(id)
    if (custom !== undefined && !links.has(id)) links.set(id, custom)
  }
  // Other revisions of the same Deployments show whether something still serves.
  for (const link of facts.owners.values())
    if (link.revision !== undefined && link.controller !== null)
      if (links.has(`Deployment ${objectKey(link.namespace, link.controller.name)}`))
        links.set(`${link.kind} ${keyOf(link)}`, link)
  return [...links.values()]
}
