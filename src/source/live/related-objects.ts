/** Reads the objects that pods reference, each once and in the cheaper way: by name, or one or two pages of the whole list. */

import { KINDS, type Kind } from '../../kubernetes/api/kinds.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import type { Node } from '../../snapshot/node.ts'
import type { Pod } from '../../snapshot/pod.ts'
import type { PullSecret } from '../../snapshot/pull-secret.ts'
import type { OwnerLink, ServiceAccount } from '../../snapshot/snapshot.ts'
import { isForbidden, isNotFound, rethrowUnlessApiError } from '../gap.ts'
import { narrowServiceAccount } from '../narrow/pod.ts'
import { describeMissingSecret, narrowPullSecret } from '../narrow/pull-secret.ts'
import { byName, byNamespaceAndName } from '../suspects.ts'
import { readNodes } from './nodes.ts'
import { readOwners, type VisitOwner } from './owners.ts'
import type { NamespaceOrAll, Reading } from './reading.ts'

export interface RelatedObjects {
  pullSecrets: PullSecret[]
  serviceAccounts: ServiceAccount[]
  owners: OwnerLink[]
  nodes: Node[]
}

/** Receives a pull secret as the API server sent it. */
export type VisitPullSecret = (secret: unknown) => void

interface Visitors {
  onOwner?: VisitOwner
  onPullSecret?: VisitPullSecret
  /** The way up from the pods, where it is known already and need not be read. */
  owners?: OwnerLink[]
}

/** What can't be read is a gap; a secret also gets it as its problem. */
export async function readRelatedObjects(
  reading: Reading,
  pods: Pod[],
  { onOwner, onPullSecret, owners: known }: Visitors,
): Promise<RelatedObjects> {
  const [named, beyondLimit] = limitPerNamespace(secretsNamed(pods), reading)
  const [pullSecrets, [serviceAccounts, ofAccounts], owners, nodes] = await Promise.all([
    readPullSecrets(reading, named, onPullSecret),
    readServiceAccounts(reading, pods, [...named, ...beyondLimit]),
    known ?? readOwners(reading, pods, onOwner),
    readNodes(reading, pods),
  ])
  return {
    pullSecrets: [...pullSecrets, ...ofAccounts, ...beyondLimit.map(describeUnread)].sort(byNamespaceAndName),
    serviceAccounts: serviceAccounts.sort(byNamespaceAndName),
    owners: owners.toSorted(byNamespaceAndName),
    nodes: nodes.sort(byName),
  }
}

function secretsNamed(pods: Pod[]): ObjectName[] {
  return unique(pods.flatMap(({ namespace, pullSecrets }) => pullSecrets.map(name => ({ namespace, name }))))
}

/** Service accounts, and the secrets that only they reference: pods don't have those, but a recreated pod would. */
async function readServiceAccounts(
  reading: Reading,
  pods: Pod[],
  known: ObjectName[],
): Promise<[ServiceAccount[], PullSecret[]]> {
  const accounts: ServiceAccount[] = []
  const names = pods.map(({ namespace, serviceAccount }) => ({ namespace, name: serviceAccount }))
  await readNamed(reading, KINDS.ServiceAccount, names, raw => {
    const account = narrowServiceAccount(raw)
    if (account !== null) accounts.push(account)
  })
  const described = new Set(known.map(nameKey))
  const ofAccounts = accounts
    .flatMap(({ namespace, imagePullSecrets }) => imagePullSecrets.map(name => ({ namespace, name })))
    .filter(name => !described.has(nameKey(name)))
  const [read, beyondLimit] = limitPerNamespace(unique(ofAccounts), reading)
  return [accounts, [...(await readPullSecrets(reading, read)), ...beyondLimit.map(describeUnread)]]
}

/** The limit per namespace: each secret costs a request, and a pod can reference thousands that do not exist. */
const MAX_SECRETS = 200

/** The first MAX_SECRETS of each namespace, and the rest, which leave a gap. */
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

function describeUnread({ namespace, name }: ObjectName): PullSecret {
  return describeMissingSecret(namespace, name, 'failed')
}

/** Each Secret of these names once, described; each costs a request, so that only so many of a namespace are read. */
export async function readNamedSecrets(
  reading: Reading,
  names: ObjectName[],
  onPullSecret?: VisitPullSecret,
): Promise<PullSecret[]> {
  const [named, beyondLimit] = limitPerNamespace(unique(names), reading)
  return [...(await readPullSecrets(reading, named, onPullSecret)), ...beyondLimit.map(describeUnread)]
}

function unique(names: ObjectName[]): ObjectName[] {
  return [...new Map(names.map(name => [nameKey(name), name])).values()]
}

/**
 * A description of each pull secret, in the order of the names; missing and unreadable ones have it as their problem, the latter leave a gap
 * too. Each is read by name, never in a list, so that no other Secret is ever read.
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

export interface ObjectName {
  namespace: string
  name: string
}

/** Up to this many objects are read one by one. */
const FEW = 16
const PAGE = 500
/** A listed object costs the server far less than a single read, so the list may be this many times longer than the objects wanted. */
const LISTED_FOR_ONE_SINGLE = 5

/** Names still to be found, by namespace and name. */
type Wanted = Map<string, ObjectName>

const nameKey = ({ namespace, name }: ObjectName): string => `${namespace}/${name}`

/** Passes each object that exists to `visit`. A missing one is skipped; one that can't be read leaves a gap. */
export async function readNamed<Object extends Listed>(
  reading: Reading,
  kind: Kind<Object>,
  names: ObjectName[],
  visit: (object: Object) => void,
  options: { metadataOnly?: boolean } = {},
): Promise<void> {
  const wanted: Wanted = new Map(names.map(name => [nameKey(name), name]))
  if (wanted.size > FEW && (await readFromList(reading, kind, wanted, visit, options))) return
  await bounded([...wanted.values()], AT_ONCE, async ({ namespace, name }) => {
    const object = await reading.find(kind, namespace, name, options)
    if (object !== null) visit(object)
  })
}

interface Listed {
  metadata: ObjectName
}

/** True if nothing is left to read: all were found, or the list is complete and the rest do not exist. */
async function readFromList<Object extends Listed>(
  reading: Reading,
  kind: Kind<Object>,
  wanted: Wanted,
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

/** Their namespace if it is the same for all, else null. */
function namespaceOf(wanted: Wanted): NamespaceOrAll {
  const [first, ...others] = new Set([...wanted.values()].map(({ namespace }) => namespace))
  return others.length === 0 ? (first ?? null) : null
}
