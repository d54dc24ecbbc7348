/** Reads what pods name: their pull secrets, service accounts and owners, each once. */

import type { Pod } from '../../snapshot/pod.ts'
import type { PullSecret } from '../../snapshot/pull-secret.ts'
import type { OwnerLink, ServiceAccount } from '../../snapshot/snapshot.ts'
import { narrowOwner } from '../narrow/controller.ts'
import { narrowServiceAccount } from '../narrow/service-account.ts'
import { byNamespaceAndName } from '../worth-a-look.ts'
import { type ObjectName, type ResourceKind, readNamed } from './named-objects.ts'
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

/** Controllers that stand between a pod and its topmost controller; the others are at the top themselves. */
const LINKS: Record<string, ResourceKind> = {
  ReplicaSet: {
    prefix: '/apis/apps/v1',
    resource: 'replicasets',
    what: 'replicasets.apps',
    metadataOnly: true,
  },
  Job: { prefix: '/apis/batch/v1', resource: 'jobs', what: 'jobs.batch', metadataOnly: true },
  ReplicationController: {
    prefix: '/api/v1',
    resource: 'replicationcontrollers',
    what: 'replicationcontrollers',
    metadataOnly: true,
  },
}

/** What can't be read is a gap, or for a secret its problem. */
export async function readSurroundings(reading: Reading, pods: Pod[]): Promise<Surroundings> {
  const named = secretsNamed(pods)
  const [pullSecrets, [serviceAccounts, handedOut], owners] = await Promise.all([
    readPullSecrets(reading, named),
    readServiceAccounts(reading, pods, named),
    readOwners(reading, pods),
  ])
  return {
    pullSecrets: [...pullSecrets, ...handedOut].sort(byNamespaceAndName),
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
  const described = new Set(known.map(keyOf))
  const handedOut = accounts
    .flatMap(({ namespace, imagePullSecrets }) => imagePullSecrets.map(name => ({ namespace, name })))
    .filter(name => !described.has(keyOf(name)))
  return [accounts, await readPullSecrets(reading, unique(handedOut))]
}

async function readOwners(reading: Reading, pods: Pod[]): Promise<OwnerLink[]> {
  const owners: OwnerLink[] = []
  const byKind = Map.groupBy(pods, ({ controller }) => controller?.kind ?? '')
  await Promise.all(
    Object.entries(LINKS).map(([kind, resource]) => {
      const names = (byKind.get(kind) ?? []).flatMap(({ namespace, controller }) =>
        controller?.apiVersion === apiVersionOf(resource) ? [{ namespace, name: controller.name }] : [],
      )
      return readNamed(reading, resource, names, raw => {
        const link = narrowOwner(raw, kind)
        if (link !== null) owners.push(link)
      })
    }),
  )
  return owners
}

/** `/apis/apps/v1` → `apps/v1`: a ReplicaSet of another group is another kind. */
function apiVersionOf({ prefix }: ResourceKind): string {
  return prefix.replace(/^\/apis?\//, '')
}

const keyOf = ({ namespace, name }: ObjectName): string => `${namespace}/${name}`

function unique(names: ObjectName[]): ObjectName[] {
  return [...new Map(names.map(name => [keyOf(name), name])).values()]
}
