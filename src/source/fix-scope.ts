/** Reads what a fix must know beyond the diagnosis: the namespaces, service accounts, Secrets and workloads it may write to. */

import { ApiError } from '../kubernetes/api-error.ts'
import type { ClusterReader } from '../kubernetes/cluster.ts'
import type { FixScope, InterruptedPod } from '../snapshot/fix-scope.ts'
import type { Pod } from '../snapshot/pod.ts'
import type { Gap } from '../snapshot/snapshot.ts'
import { readSecretsNamed } from './fix-secrets.ts'
import { readServiceAccounts } from './fix-service-accounts.ts'
import { readWorkloads } from './fix-workloads.ts'
import { stillMissing } from './interrupted-pods.ts'
import { readNamespaces } from './scope-namespaces.ts'

export interface FixScopeOptions {
  /** null: every namespace. */
  namespaces: string[] | null
  /** The named ones come from what was seen before, so that one may have been deleted since; else its absence is an error. */
  mayBeGone?: boolean
  excluded: string[]
  secretName: string
  /** The text of the `.dockerconfigjson` that the Secret is to hold; null where no credential is handed out. */
  wanted: string | null
  /** Stuck pods whose workloads are read. */
  pods: Pod[]
  /** Also look for the digests that run already. */
  runningImages: boolean
  /** Bare pods that an interrupted fix of this scope took away. */
  interruptedPods: InterruptedPod[]
  signal?: AbortSignal
}

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

/** What a fix is about to touch: live namespaces, and whether one list over the whole cluster may replace many. */
export interface NamespaceScope {
  namespaces: string[]
  wide: boolean
}

/** uid of the kube-system namespace, which lives as long as the cluster; where it may not be read, the server's address. @throws ApiError */
export async function clusterIdentity(cluster: ClusterReader, signal?: AbortSignal): Promise<string> {
  try {
    const namespace = await cluster.get('/api/v1/namespaces/kube-system', signal ? { signal } : {})
    return (namespace.metadata as { uid: string }).uid
  } catch (error) {
    if (!(error instanceof ApiError) || (error.status !== 403 && error.status !== 404)) throw error
    return cluster.server
  }
}
