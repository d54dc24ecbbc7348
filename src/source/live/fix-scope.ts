/** Reads what a fix must know beyond the diagnosis: the namespaces, service accounts, Secrets and workloads it may write to. */

import type { ClusterReader } from '../../kubernetes/api/cluster.ts'
import type { FixScope } from '../../snapshot/fix-scope.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import { clusterIdentity } from './cluster-identity.ts'
import { readServiceAccounts } from './fix-accounts.ts'
import { readNamespaces } from './fix-namespaces.ts'
import type { FixScopeOptions } from './fix-scope-options.ts'
import { readSecretsNamed } from './fix-secrets.ts'
import { readWorkloads } from './fix-workloads.ts'
import { stillMissing } from './interrupted-pods.ts'

/** Reads the scope. What can't be read is a gap; an API server that does not answer at all throws. @throws ApiError */
export async function readFixScope(cluster: ClusterReader, options: FixScopeOptions): Promise<FixScope> {
  const gaps: Gap[] = []
  const namespaces = await readNamespaces(cluster, options, gaps)
  const live = namespaces.filter(({ terminating }) => !terminating).map(({ name }) => name)
  const wide = options.namespaces === null && !gaps.some(({ what }) => what === 'namespaces')
  const scope = { namespaces: live, wide }
  const pods = options.pods.filter(({ namespace }) => live.includes(namespace))
  const [clusterUid, serviceAccounts, secrets, owners, interruptedPods] = await Promise.all([
    clusterIdentity(cluster, options.signal),
    readServiceAccounts(cluster, scope, options, gaps),
    readSecretsNamed(cluster, scope, options, gaps),
    readWorkloads(cluster, { ...options, pods }, gaps),
    stillMissing(cluster, options.interruptedPods, gaps),
  ])
  return { clusterUid, namespaces, serviceAccounts, secrets, ...owners, interruptedPods, gaps }
}
