/** Picks the objects that failing pods reference from a dump: the same ones that are read from a live cluster. */

import { isBuiltIn } from '../../kubernetes/api/kinds.ts'
import type { Pod } from '../../snapshot/pod.ts'
import type { PullSecret } from '../../snapshot/pull-secret.ts'
import type { OwnerLink, PodEvent, ServiceAccount, Snapshot } from '../../snapshot/snapshot.ts'
import { derivedOwner } from '../derived-owner.ts'
import { markReportedMissing } from '../missing-secrets.ts'
import { describeMissingSecret } from '../narrow/pull-secret.ts'
import { byName, byNamespaceAndName } from '../suspects.ts'
import type { DumpFacts } from './facts.ts'

type RelatedObjects = Pick<Snapshot, 'pullSecrets' | 'serviceAccounts' | 'elsewhere' | 'owners' | 'nodes'>

/** What may have a controller: a pod, or a controller itself. */
type Owned = Pick<Pod, 'namespace' | 'controller'>

/** A secret that is not in the dump is `missing` if the dump has all Secrets of its namespace, else `not-in-dump`: it may exist. */
export function relatedObjectsIn(pods: Pod[], events: PodEvent[], facts: DumpFacts): RelatedObjects {
  const accounts = new Set(pods.map(({ namespace, serviceAccount }) => key(namespace, serviceAccount)))
  const serviceAccounts = [...accounts].flatMap(account => facts.serviceAccounts.get(account) ?? [])
  const nodes = new Set(pods.flatMap(({ node }) => node ?? []))
  const pullSecrets = secretsOf(pods, serviceAccounts, facts)
  return {
    pullSecrets: markReportedMissing(pullSecrets, events).sort(byNamespaceAndName),
    serviceAccounts: serviceAccounts.sort(byNamespaceAndName),
    ...elsewhere(pods, pullSecrets, accounts, facts),
    owners: climb(pods, facts).sort(byNamespaceAndName),
    nodes: [...nodes].flatMap(name => facts.nodes.get(name) ?? []).sort(byName),
  }
}

/** Those that the pods and their service accounts name, each once. */
function secretsOf(pods: Pod[], serviceAccounts: ServiceAccount[], facts: DumpFacts): PullSecret[] {
  const named = [
    ...pods.map(({ namespace, pullSecrets }) => ({ namespace, names: pullSecrets })),
    ...serviceAccounts.map(({ namespace, imagePullSecrets }) => ({ namespace, names: imagePullSecrets })),
  ].flatMap(({ namespace, names }) => names.map(name => ({ namespace, name })))
  const once = new Map(named.map(secret => [key(secret.namespace, secret.name), secret]))
  return [...once].map(([where, { namespace, name }]) => {
    const found = facts.pullSecrets.get(where)
    if (found !== undefined) return found
    return facts.holdsSecretsOf(namespace)
      ? describeMissingSecret(namespace, name, 'missing', 'dump')
      : describeMissingSecret(namespace, name, 'not-in-dump')
  })
}

/** Usable pull secrets that the pods don't reference, and service accounts in their namespaces that have some. */
function elsewhere(
  pods: Pod[],
  named: PullSecret[],
  accounts: ReadonlySet<string>,
  facts: DumpFacts,
): Pick<Snapshot, 'elsewhere'> {
  if (pods.length === 0) return {}
  const known = new Set(named.map(({ namespace, name }) => key(namespace, name)))
  const namespaces = new Set(pods.map(({ namespace }) => namespace))
  const pullSecrets = [...facts.pullSecrets.values()]
    .filter(({ namespace, name }) => !known.has(key(namespace, name)))
    .filter(({ problem, entries }) => problem === null && entries.some(entry => entry.problem === null))
  const serviceAccounts = [...facts.serviceAccounts.values()].filter(
    ({ namespace, name, imagePullSecrets }) =>
      namespaces.has(namespace) && !accounts.has(key(namespace, name)) && imagePullSecrets.length > 0,
  )
  if (pullSecrets.length + serviceAccounts.length === 0) return {}
  return {
    elsewhere: {
      pullSecrets: pullSecrets.sort(byNamespaceAndName),
      serviceAccounts: serviceAccounts.sort(byNamespaceAndName),
    },
  }
}

/** Every link from the pods to their topmost controllers, each once, as far as the dump contains or implies them. */
function climb(pods: Pod[], facts: DumpFacts): OwnerLink[] {
  const links = new Map<string, OwnerLink>()
  let level: Owned[] = []
  const add = (owned: Owned, told: OwnerLink | null = null) => {
    const owner = ownerKey(owned)
    const link = owner === null || links.has(owner) ? null : (facts.owners.get(owner) ?? told)
    if (owner === null || link === null) return
    links.set(owner, link)
    level.push(link)
  }
  for (const pod of pods) add(pod, derivedOwner(pod))
  while (level.length > 0) {
    const below = level
    level = []
    for (const owned of below) add(owned)
  }
  return [...links.values()]
}

function ownerKey({ namespace, controller }: Owned): string | null {
  if (controller === null || !isBuiltIn(controller)) return null
  return `${controller.kind} ${key(namespace, controller.name)}`
}

function key(namespace: string, name: string): string {
  return `${namespace}/${name}`
}
