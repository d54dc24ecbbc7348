/** Reads what pods name: their pull secrets, service accounts and owners, each once. */

import type { Pod } from '../../snapshot/pod.ts'
import type { PullSecret } from '../../snapshot/pull-secret.ts'
import type { OwnerLink, ServiceAccount } from '../../snapshot/snapshot.ts'
import { describeMissingSecret } from '../narrow/pull-secret.ts'
import { narrowServiceAccount } from '../narrow/service-account.ts'
import { byNamespaceAndName } from '../worth-a-look.ts'
import { nameKey, type ObjectName, type ResourceKind, readNamed } from './named-objects.ts'
import { readOwners } from './owners.ts'
import { readPullSecrets } from './pull-secrets.ts'
import type { Reading } from './reading.ts'

export interface Surroundings {
  pullSecrets: PullSecret[]
  serviceAccounts: ServiceAccount[]
  owners: OwnerLink[]
}

const SERVICE_ACCOUNTS: ResourceKind = {
  prefix: '/api/v1',
  resource: 'serviceaccounts',
  what: 'serviceaccounts',
  metadataOnly: false,
}

/** What can't be read is a gap, or for a secret its problem. */
export async function readSurroundings(reading: Reading, pods: Pod[]): Promise<Surroundings> {
  const [named, excess] = bound(secretsNamed(pods), reading)
  const [pullSecrets, [serviceAccounts, handedOut], owners] = await Promise.all([
    readPullSecrets(reading, named),
    readServiceAccounts(reading, pods, [...named, ...excess]),
    readOwners(reading, pods),
  ])
  return {
    pullSecrets: [...pullSecrets, ...handedOut, ...excess].sort(byNamespaceAndName),
    serviceAccounts: serviceAccounts.sort(byNamespaceAndName),
    owners: owners.sort(byNamespaceAndName),
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
  const [read, excess] = bound(unique(handedOut), reading)
  return [accounts, [...(await readPullSecrets(reading, read)), ...excess]]
}

/** Each secret costs a request, and a pod may name thousands that do not exist. */
const MOST_SECRETS = 200

/** The first so many of each namespace, and the rest as unread, with a gap that says so. */
function bound(names: ObjectName[], { gaps }: Reading): [ObjectName[], PullSecret[]] {
  const byNamespace = [...Map.groupBy(names, ({ namespace }) => namespace)]
  for (const [namespace, own] of byNamespace) {
    if (own.length <= MOST_SECRETS) continue
    const detail = `its pods name ${own.length} pull secrets; ${MOST_SECRETS} of them were read`
    gaps.push({ what: 'secrets', namespace, why: 'failed', detail })
  }
  const excess = byNamespace.flatMap(([, own]) => own.slice(MOST_SECRETS))
  return [
    byNamespace.flatMap(([, own]) => own.slice(0, MOST_SECRETS)),
    excess.map(({ namespace, name }) => describeMissingSecret(namespace, name, 'failed')),
  ]
}

function unique(names: ObjectName[]): ObjectName[] {
  return [...new Map(names.map(name => [nameKey(name), name])).values()]
}
