/** The AWS accounts whose images run on the nodes of failing pods without a pull secret, so that the nodes' own role pulled them. */

import { ecrAccount, isOfEks } from '../../image/cloud-registries.ts'
import type { Pod } from '../../snapshot/pod.ts'
import type { Snapshot } from '../../snapshot/snapshot.ts'
import { type DumpFacts, registryIn } from './facts.ts'

/** Returns them by node; nothing if no failing image is in a private registry of Amazon. */
export function ecrAccounts(pods: Pod[], { holders }: DumpFacts): Pick<Snapshot, 'ecrAccounts'> {
  const isAtAmazon = pods.some(({ containers }) =>
    containers.some(({ image, imageId }) => imageId === null && ecrAccount(registryIn(image)) !== null),
  )
  if (!isAtAmazon) return {}
  const nodes = new Set(pods.flatMap(({ node }) => node ?? []))
  const found = new Map<string, Set<string>>()
  for (const [image, { groups }] of holders) {
    const registry = registryIn(image)
    const account = ecrAccount(registry)
    // Amazon lets every account pull the images of EKS.
    if (account === null || isOfEks(registry)) continue
    const own = groups.filter(({ pullSecrets }) => pullSecrets.length === 0)
    for (const node of own.flatMap(group => [...group.nodes]))
      if (nodes.has(node)) found.set(node, (found.get(node) ?? new Set()).add(account))
  }
  if (found.size === 0) return {}
  return {
    ecrAccounts: [...found].map(([node, accounts]) => ({ node, accounts: [...accounts].sort() })),
  }
}
