/** Reads what a fix must know beyond the diagnosis: the namespaces, service accounts, Secrets and workloads it may write to. */

import type { ClusterReader } from '../../kubernetes/api/cluster.ts'
import type { FixScope } from '../../snapshot/fix-scope.ts'
import { uniqueGaps } from '../gap.ts'
import { readAccounts } from './fix-accounts.ts'
import { readScopeNamespaces } from './fix-namespaces.ts'
import type { FixScopeOptions } from './fix-scope-options.ts'
import { readSecretsNamed } from './fix-secrets.ts'
import { readWorkloads } from './fix-workloads.ts'
import { stillMissing } from './interrupted-pods.ts'
import { Reading } from './reading.ts'

/** Reads the scope; what can't be read is a gap. @throws ApiError where even the namespaces can't be read */
export async function readFixScope(
  cluster: ClusterReader,
  options: FixScopeOptions,
): Promise<Omit<FixScope, 'clusterUid'>> {
  const reading = new Reading(cluster, options.signal ? { signal: options.signal } : {})
  const namespaces = await readScopeNamespaces(reading, options)
  const live = namespaces.filter(({ terminating }) => !terminating).map(({ name }) => name)
  const wide = options.namespaces === null && !reading.gaps.some(({ why }) => why === 'forbidden')
  const scope = { namespaces: live, wide }
  const pods = options.pods.filter(({ namespace }) => live.includes(namespace))
  const [serviceAccounts, secrets, owners, interruptedPods] = await Promise.all([
    readAccounts(reading, scope, options),
    readSecretsNamed(reading, scope, options),
    readWorkloads(reading, { ...options, pods }),
    stillMissing(reading, options.interruptedPods),
  ])
  return { namespaces, serviceAccounts, secrets, ...owners, interruptedPods, gaps: uniqueGaps(reading.gaps) }
}
