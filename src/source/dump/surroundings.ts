/** Picks from a dump what the failing pods name: the same as a live cluster is asked for. */

import type { Node } from '../../snapshot/node.ts'
import type { Pod } from '../../snapshot/pod.ts'
import type { PullSecret } from '../../snapshot/pull-secret.ts'
import type { OwnerLink, ServiceAccount } from '../../snapshot/snapshot.ts'
import { describeMissingSecret } from '../narrow/pull-secret.ts'
import { byName, byNamespaceAndName } from '../worth-a-look.ts'
import type { DumpFacts } from './facts.ts'
import { isKubernetes } from './kinds.ts'

interface Surroundings {
  pullSecrets: PullSecret[]
  serviceAccounts: ServiceAccount[]
  owners: OwnerLink[]
  nodes: Node[]
}

/** What may have a controller: a pod, or a controller itself. */
type Owned = Pick<Pod, 'namespace' | 'controller'>

/** A secret that the dump does not hold is there as `not-in-dump`: it may well exist. */
export function surroundingsOf(pods: Pod[], facts: DumpFacts): Surroundings {
  const accounts = new Set(pods.map(({ namespace, serviceAccount }) => key(namespace, serviceAccount)))
  const serviceAccounts = [...accounts].flatMap(account => facts.serviceAccounts.get(account) ?? [])
  const nodes = new Set(pods.flatMap(({ node }) => node ?? []))
  return {
    pullSecrets: secretsOf([
      ...pods.map(({ namespace, pullSecrets }) => ({ namespace, names: pullSecrets })),
      ...serviceAccounts.map(({ namespace, imagePullSecrets }) => ({ namespace, names: imagePullSecrets })),
    ]).sort(byNamespaceAndName),
    serviceAccounts: serviceAccounts.sort(byNamespaceAndName),
    owners: climb(pods, facts).sort(byNamespaceAndName),
    nodes: [...nodes].flatMap(name => facts.nodes.get(name) ?? []).sort(byName),
  }

  function secretsOf(named: { namespace: string; names: string[] }[]): PullSecret[] {
    const all = named.flatMap(({ namespace, names }) => names.map(name => ({ namespace, name })))
    const once = new Map(all.map(secret => [key(secret.namespace, secret.name), secret]))
    return [...once].map(
      ([where, { namespace, name }]) =>
        facts.pullSecrets.get(where) ?? describeMissingSecret(namespace, name, 'not-in-dump'),
    )
  }
}

/** Every link from the pods to their topmost controllers, each once, as far up as the dump holds them. */
function climb(pods: Pod[], facts: DumpFacts): OwnerLink[] {
  const links = new Map<string, OwnerLink>()
  let level: Owned[] = pods
  while (level.length > 0) {
    const next = [...new Set(level.flatMap(ownerKeys))].filter(owner => !links.has(owner))
    level = []
    for (const owner of next) {
      const link = facts.owners.get(owner)
      if (link === undefined) continue
      links.set(owner, link)
      level.push(link)
    }
  }
  return [...links.values()]
}

function ownerKeys({ namespace, controller }: Owned): string[] {
  if (controller === null || !isKubernetes(controller.kind, controller.apiVersion)) return []
  return [`${controller.kind} ${key(namespace, controller.name)}`]
}

function key(namespace: string, name: string): string {
  return `${namespace}/${name}`
}
