/** Reads the objects that pods reference, each once: pull secrets, service accounts, and nodes. */

import { isForbidden, isNotFound } from '../../kubernetes/api/api-error.ts'
import { KINDS, MACHINE_CONFIG_POOL } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import { byName, compareText } from '../../order.ts'
import type { Node } from '../../snapshot/node.ts'
import { byNamespaceAndName, keyOf } from '../../snapshot/object-key.ts'
import type { Pod } from '../../snapshot/pod.ts'
import type { PullSecret } from '../../snapshot/pull-secret.ts'
import type { ServiceAccount } from '../../snapshot/snapshot.ts'
import { narrowHeldPool, type PoolOfNodes, withHeldPool } from '../narrow/held-pool.ts'
import { narrowPullSecret } from '../narrow/pull-secret.ts'
import { describeMissingSecret, narrowNode, narrowServiceAccount } from '../narrow/related-objects.ts'
import { type ObjectName, readNamed } from './named-objects.ts'
import { readDetails } from './read-details.ts'
import type { Reading } from './reading.ts'

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
  const described = new Set(known.map(keyOf))
  const ofAccounts = secretsOfAccounts(accounts).filter(name => !described.has(keyOf(name)))
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
  const once = [...new Map(names.map(name => [keyOf(name), name])).values()]
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

/** Returns the nodes with the most pods; none if nodes are forbidden. They only make advice more precise, so an unread one is not a gap. */
async function readNodes(reading: Reading, pods: Pod[]): Promise<Node[]> {
  const read = await readDetails(nodesNamed(pods).slice(0, MAX_NODES), async name =>
    narrowNode(await reading.get(KINDS.Node, null, name)),
  )
  const nodes = read.filter(node => node !== null)
  const pools = await readHeldPools(reading, nodes)
  return nodes.map(node => withHeldPool(node, pools))
}

/** Returns the pools of OpenShift that hold back settings of these nodes, by name. */
async function readHeldPools(reading: Reading, nodes: Node[]): Promise<Map<string, PoolOfNodes>> {
  const names = new Set(nodes.flatMap(({ pool }) => pool?.name ?? []))
  const held = await readDetails([...names], async name =>
    narrowHeldPool(await reading.get(MACHINE_CONFIG_POOL, null, name)),
  )
  return new Map(held.filter(pool => pool !== null).map(pool => [pool.name, pool]))
}

/** Returns each name once, the node with the most pods first. */
function nodesNamed(pods: Pod[]): string[] {
  const counts = new Map<string, number>()
  for (const { node } of pods) if (node !== null) counts.set(node, (counts.get(node) ?? 0) + 1)
  return [...counts].sort(([a, x], [b, y]) => y - x || compareText(a, b)).map(([name]) => name)
}
