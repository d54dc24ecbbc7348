/** Reads what pods name: their pull secrets, service accounts, owners and nodes, each once. */

import type { Node } from '../../snapshot/node.ts'
import type { Pod } from '../../snapshot/pod.ts'
import type { PullSecret } from '../../snapshot/pull-secret.ts'
import type { OwnerLink, ServiceAccount } from '../../snapshot/snapshot.ts'
import { narrowServiceAccount } from '../narrow/service-account.ts'
import { byName, byNamespaceAndName } from '../worth-a-look.ts'
import { nameKey, type ObjectName, type ResourceKind, readNamed } from './named-objects.ts'
import { readNodes } from './nodes.ts'
import { readOwners } from './owners.ts'
import { readPullSecrets } from './pull-secrets.ts'
import type { Reading } from './reading.ts'

export interface Surroundings {
  pullSecrets: PullSecret[]
  serviceAccounts: ServiceAccount[]
  owners: OwnerLink[]
  nodes: Node[]
}

const SERVICE_ACCOUNTS: ResourceKind = {
  prefix: '/api/v1',
  resource: 'serviceaccounts',
  what: 'serviceaccounts',
  metadataOnly: false,
}

/** What can't be read is a gap, or for a secret its problem. */
export async function readSurroundings(reading: Reading, pods: Pod[]): Promise<Surroundings> {
  const named = secretsNamed(pods)
  const [pullSecrets, [serviceAccounts, handedOut], owners, nodes] = await Promise.all([
    readPullSecrets(reading, named),
    readServiceAccounts(reading, pods, named),
    readOwners(reading, pods),
    readNodes(reading, pods),
  ])
  return {
    pullSecrets: [...pullSecrets, ...handedOut].sort(byNamespaceAndName),
    serviceAccounts: serviceAccounts.sort(byNamespaceAndName),
    owners: owners.sort(byNamespaceAndName),
    nodes: nodes.sort(byName),
  }
}

function secretsNamed(pods: Pod[]): ObjectName[] {
  return unique(pods.flatMap(({ namespace, pullSecrets }) => pullSecrets.map(name => ({ namespace, name }))))
}

/** Service accounts, and the secrets that they hand out but that no pod had at its creation: a recreated pod would. */
async function readServiceAccounts(
  reading: Reading,
  pods: Pod[],
  known: ObjectName[],
): Promise<[ServiceAccount[], PullSecret[]]> {
  const accounts: ServiceAccount[] = []
  const names = pods.map(({ namespace, serviceAccount }) => ({ namespace, name: serviceAccount }))
  await readNamed(reading, SERVICE_ACCOUNTS, names, raw => {
    const account = narrowServiceAccount(raw)
    if (account !== null) accounts.push(account)
  })
  const described = new Set(known.map(nameKey))
  const handedOut = accounts
    .flatMap(({ namespace, imagePullSecrets }) => imagePullSecrets.map(name => ({ namespace, name })))
    .filter(name => !described.has(nameKey(name)))
  return [accounts, await readPullSecrets(reading, unique(handedOut))]
}

function unique(names: ObjectName[]): ObjectName[] {
  return [...new Map(names.map(name => [nameKey(name), name])).values()]
}
