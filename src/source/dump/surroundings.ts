/** Picks from a dump what the failing pods name: the same as a live cluster is asked for. */

import type { Pod } from '../../snapshot/pod.ts'
import type { PullSecret } from '../../snapshot/pull-secret.ts'
import type { OwnerLink, ServiceAccount } from '../../snapshot/snapshot.ts'
import { describeMissingSecret } from '../narrow/pull-secret.ts'
import { byNamespaceAndName } from '../worth-a-look.ts'
import type { DumpFacts } from './facts.ts'
import { isKubernetes } from './kinds.ts'

interface Surroundings {
  pullSecrets: PullSecret[]
  serviceAccounts: ServiceAccount[]
  owners: OwnerLink[]
}

/** A secret that the dump does not hold is there as `not-in-dump`: it may well exist. */
export function surroundingsOf(pods: Pod[], facts: DumpFacts): Surroundings {
  const serviceAccounts = unique(pods, pod => [key(pod.namespace, pod.serviceAccount)]).flatMap(
    account => facts.serviceAccounts.get(account) ?? [],
  )
  return {
    pullSecrets: secretsOf([
      ...pods.map(({ namespace, pullSecrets }) => ({ namespace, names: pullSecrets })),
      ...serviceAccounts.map(({ namespace, imagePullSecrets }) => ({ namespace, names: imagePullSecrets })),
    ]).sort(byNamespaceAndName),
    serviceAccounts: serviceAccounts.sort(byNamespaceAndName),
    owners: unique(pods, ownerKeys)
      .flatMap(owner => facts.owners.get(owner) ?? [])
      .sort(byNamespaceAndName),
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

function ownerKeys({ namespace, controller }: Pod): string[] {
  if (controller === null || !isKubernetes(controller.kind, controller.apiVersion)) return []
  return [`${controller.kind} ${key(namespace, controller.name)}`]
}

function unique(pods: Pod[], keysOf: (pod: Pod) => string[]): string[] {
  return [...new Set(pods.flatMap(keysOf))]
}

function key(namespace: string, name: string): string {
  return `${namespace}/${name}`
}
