/** Reads the objects that pods reference, each once: pull secrets, service accounts, nodes, and controllers up to the topmost. */

import { isForbidden, isNotFound, rethrowUnlessApiError } from '../../kubernetes/api/api-error.ts'
import { type ControllerObject, controllerKind, KINDS, type Kind } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import { compareText } from '../../order.ts'
import type { Node } from '../../snapshot/node.ts'
import type { OwnedPod, Pod } from '../../snapshot/pod.ts'
import type { PullSecret } from '../../snapshot/pull-secret.ts'
import type { OwnerLink, ServiceAccount } from '../../snapshot/snapshot.ts'
import { narrowOwner } from '../narrow/controller.ts'
import { narrowPullSecret } from '../narrow/pull-secret.ts'
import { describeMissingSecret, narrowNode, narrowServiceAccount } from '../narrow/related-objects.ts'
import { derivedOwner } from '../ownership.ts'
import { byName, byNamespaceAndName } from '../suspects.ts'
import { readDetails } from './read-details.ts'
import type { NamespaceOrAll, Reading } from './reading.ts'

export interface RelatedObjects {
  pullSecrets: PullSecret[]
  serviceAccounts: ServiceAccount[]
  nodes: Node[]
}

/** Receives a pull secret as the API server sent it. */
export type VisitPullSecret = (secret: unknown) => void

/** What can't be read is a gap; for a secret, it is also the secret's problem. */
export async function readRelatedObjects(
  reading: Reading,
  pods: Pod[],
  onPullSecret?: VisitPullSecret,
): Promise<RelatedObjects> {
  const named = pods.flatMap(({ namespace, pullSecrets }) => pullSecrets.map(name => ({ namespace, name })))
  const [pullSecrets, [serviceAccounts, ofAccounts], nodes] = await Promise.all([
    readNamedSecrets(reading, named, onPullSecret),
    readServiceAccounts(reading, pods, named),
    readNodes(reading, pods),
  ])
  return {
    pullSecrets: [...pullSecrets, ...ofAccounts].sort(byNamespaceAndName),
    serviceAccounts: serviceAccounts.sort(byNamespaceAndName),
    nodes: nodes.sort(byName),
  }
}

/** Reads service accounts, and the secrets that only they reference: existing pods don't have those, but re-created pods would. */
async function readServiceAccounts(
  reading: Reading,
  pods: Pod[],
  known: ObjectName[],
): Promise<[ServiceAccount[], PullSecret[]]> {
  const names = pods.map(({ namespace, serviceAccount }) => ({ namespace, name: serviceAccount }))
  const accounts = await readNamedAccounts(reading, names)
  const described = new Set(known.map(nameKey))
  const ofAccounts = secretsOfAccounts(accounts).filter(name => !described.has(nameKey(name)))
  return [accounts, await readNamedSecrets(reading, ofAccounts)]
}

/** Returns the pull secrets that the service accounts name. */
export function secretsOfAccounts(accounts: readonly ServiceAccount[]): ObjectName[] {
  return accounts.flatMap(({ namespace, imagePullSecrets }) =>
    imagePullSecrets.map(name => ({ namespace, name })),
  )
}

/** Returns the service accounts that exist. One that can't be read leaves a gap. */
export async function readNamedAccounts(reading: Reading, names: ObjectName[]): Promise<ServiceAccount[]> {
  const accounts: ServiceAccount[] = []
  await readNamed(reading, KINDS.ServiceAccount, names, raw => {
    const account = narrowServiceAccount(raw)
    if (account !== null) accounts.push(account)
  })
  return accounts
}

/** Returns a description of each named Secret, once. Each costs a request, so the number per namespace is limited. */
export async function readNamedSecrets(
  reading: Reading,
  names: ObjectName[],
  onPullSecret?: VisitPullSecret,
): Promise<PullSecret[]> {
  const once = [...new Map(names.map(name => [nameKey(name), name])).values()]
  const [named, beyondLimit] = limitPerNamespace(once, reading)
  const unread = beyondLimit.map(({ namespace, name }) => describeMissingSecret(namespace, name, 'failed'))
  return [...(await readPullSecrets(reading, named, onPullSecret)), ...unread]
}

/** The limit per namespace: each secret costs a request, and a pod can reference thousands that do not exist. */
const MAX_SECRETS = 200

/** Returns the first MAX_SECRETS names of each namespace, and the rest, which leave a gap. */
function limitPerNamespace(
  names: ObjectName[],
  { gaps }: Reading,
): [within: ObjectName[], beyondLimit: ObjectName[]] {
  const byNamespace = [...Map.groupBy(names, ({ namespace }) => namespace)]
  for (const [namespace, own] of byNamespace) {
    if (own.length <= MAX_SECRETS) continue
    const detail = `its pods name ${own.length} pull secrets; ${MAX_SECRETS} of them were read`
    gaps.push({ what: KINDS.Secret.fullName, namespace, why: 'failed', detail })
  }
  return [
    byNamespace.flatMap(([, own]) => own.slice(0, MAX_SECRETS)),
    byNamespace.flatMap(([, own]) => own.slice(MAX_SECRETS)),
  ]
}

/**
 * Returns a description of each pull secret, in the order of the names. If one is missing or unreadable, that is its problem, and an
 * unreadable one also leaves a gap. Each is read by name, never in a list, so that no other Secret is ever read.
 */
function readPullSecrets(
  reading: Reading,
  names: ObjectName[],
  onPullSecret?: VisitPullSecret,
): Promise<PullSecret[]> {
  return bounded(names, AT_ONCE, async ({ namespace, name }) => {
    try {
      const secret = await reading.get(KINDS.Secret, namespace, name)
      onPullSecret?.(secret)
      const described = narrowPullSecret(secret)
      return described ?? describeMissingSecret(namespace, name, 'failed')
    } catch (error) {
      if (isNotFound(error)) return describeMissingSecret(namespace, name, 'missing')
      reading.recordGap(error, KINDS.Secret, namespace)
      return describeMissingSecret(namespace, name, isForbidden(error) ? 'forbidden' : 'failed')
    }
  })
}

/** The limit of nodes, which are read one by one: a cluster has few kinds of nodes. */
const MAX_NODES = 32

/** Returns the nodes with the most pods; none if nodes are forbidden. They only make advice more precise, so an unread one is no gap. */
async function readNodes(reading: Reading, pods: Pod[]): Promise<Node[]> {
  const nodes = await readDetails(nodesNamed(pods).slice(0, MAX_NODES), async name =>
    narrowNode(await reading.get(KINDS.Node, null, name)),
  )
  return nodes.filter(node => node !== null)
}

/** Returns each name once, the node with the most pods first. */
function nodesNamed(pods: Pod[]): string[] {
  const counts = new Map<string, number>()
  for (const { node } of pods) if (node !== null) counts.set(node, (counts.get(node) ?? 0) + 1)
  return [...counts].sort(([a, x], [b, y]) => y - x || compareText(a, b)).map(([name]) => name)
}

type Owned = Pick<OwnerLink, 'namespace' | 'controller'> & Pick<OwnedPod, 'templateHash'>

/** The controllers above pods, up to the topmost. */
export interface Owners {
  links: OwnerLink[]
  /** The controllers in full, by uid; empty if only their metadata was read. */
  objects: ReadonlyMap<string, ControllerObject>
}

/**
 * Returns every owner once. What can't be read is a gap, and the chain ends there unless the pod's labels show the owner.
 * Goes up from all pods at once, and not with `climbReading`, because many controllers of one kind cost only one list.
 * @param inFull otherwise, only the metadata of controllers is read, except for those that are needed whole
 */
export async function readOwners(reading: Reading, pods: OwnedPod[], inFull = false): Promise<Owners> {
  const links = new Map<string, OwnerLink>()
  const objects = new Map<string, ControllerObject>()
  let level: Owned[] = pods
  while (level.length > 0) {
    const read = await readLevel(reading, level, inFull, objects)
    const above = (level === pods ? withDerived(read, pods) : read).filter(({ uid }) => !links.has(uid))
    for (const owner of above) links.set(owner.uid, owner)
    level = above
  }
  return { links: [...links.values()], objects }
}

/** Returns the links that were read, plus those that could not be read but can be derived from their pods. */
function withDerived(read: OwnerLink[], pods: OwnedPod[]): OwnerLink[] {
  const known = new Map(read.map(link => [link.uid, link]))
  for (const pod of pods) {
    const link = pod.controller === null || known.has(pod.controller.uid) ? null : derivedOwner(pod)
    if (link !== null) known.set(link.uid, link)
  }
  return [...known.values()]
}

/**
 * Only the whole object shows how a StatefulSet or a DaemonSet updates its pods, whether runs of a CronJob may overlap, and what new pods
 * are made from. A Deployment is read with its revisions, and its ReplicaSets' pods have a hash.
 */
const NEEDED_WHOLE: readonly string[] = ['StatefulSet', 'DaemonSet', 'CronJob', 'ReplicationController']

const isNeededWhole = ({ controller, templateHash }: Owned) =>
  NEEDED_WHOLE.includes(controller?.kind ?? '') ||
  (controller?.kind === 'ReplicaSet' && templateHash === undefined)

async function readLevel(
  reading: Reading,
  owned: Owned[],
  inFull: boolean,
  objects: Map<string, ControllerObject>,
): Promise<OwnerLink[]> {
  const found: OwnerLink[] = []
  const byKind = Map.groupBy(owned, of =>
    of.controller === null ? '' : `${of.controller.apiVersion} ${of.controller.kind} ${isNeededWhole(of)}`,
  )
  await Promise.all(
    [...byKind.values()].map(async of => {
      const kind = of[0]?.controller && controllerKind(of[0].controller)
      if (!kind) return
      const names = of.map(({ namespace, controller }) => ({ namespace, name: controller?.name ?? '' }))
      const keep = (object: ControllerObject) => {
        const owner = narrowOwner(object, kind.kind)
        if (owner !== null) found.push(owner)
        if (inFull) objects.set(object.metadata.uid, object)
      }
      const metadataOnly = !inFull && !of.some(isNeededWhole)
      await readNamed(reading, kind, names, keep, { metadataOnly })
    }),
  )
  return found
}

export interface ObjectName {
  namespace: string
  name: string
}

/** Up to this many objects are read one by one. */
const MAX_SINGLE_READS = 16
const PAGE = 500
/** A listed object costs the server far less than a single read, so the list can be this many times longer than the objects wanted. */
const LISTED_FOR_ONE_SINGLE = 5

/** Names still to be found, by namespace and name. */
type NamesToRead = Map<string, ObjectName>

const nameKey = ({ namespace, name }: ObjectName): string => `${namespace}/${name}`

/** Passes each object that exists to `visit`. A missing one is skipped; one that can't be read leaves a gap. */
async function readNamed<Object extends Listed>(
  reading: Reading,
  kind: Kind<Object>,
  names: ObjectName[],
  visit: (object: Object) => void,
  options: { metadataOnly?: boolean } = {},
): Promise<void> {
  const wanted: NamesToRead = new Map(names.map(name => [nameKey(name), name]))
  if (wanted.size > MAX_SINGLE_READS && (await readFromList(reading, kind, wanted, visit, options))) return
  await bounded([...wanted.values()], AT_ONCE, async ({ namespace, name }) => {
    const object = await reading.find(kind, namespace, name, options)
    if (object !== null) visit(object)
  })
}

interface Listed {
  metadata: ObjectName
}

/** Returns true if nothing is left to read: all were found, or the list is complete and the rest do not exist. */
async function readFromList<Object extends Listed>(
  reading: Reading,
  kind: Kind<Object>,
  wanted: NamesToRead,
  visit: (object: Object) => void,
  options: { metadataOnly?: boolean },
): Promise<boolean> {
  const enough = new AbortController()
  let left = Math.max(PAGE, wanted.size * LISTED_FOR_ONE_SINGLE)
  try {
    const listing = { ...options, limit: PAGE, signal: enough.signal }
    await reading.list(kind, namespaceOf(wanted), listing, object => {
      if (wanted.delete(nameKey(object.metadata))) visit(object)
      left -= 1
      if (left < 0 || wanted.size === 0) enough.abort()
    })
    return true
  } catch (error) {
    if (!enough.signal.aborted) rethrowUnlessApiError(error)
    return wanted.size === 0
  }
}

/** Returns their namespace if it is the same for all, else null. */
function namespaceOf(wanted: NamesToRead): NamespaceOrAll {
  const [first, ...others] = new Set([...wanted.values()].map(({ namespace }) => namespace))
  return others.length === 0 ? (first ?? null) : null
}
