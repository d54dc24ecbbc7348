/** Reads what a fix must know beyond the diagnosis: the namespaces, service accounts, Secrets and workloads it may write to. */

import { ApiError } from '../kubernetes/api-error.ts'
import type { ClusterReader, KubernetesObject } from '../kubernetes/cluster.ts'
import type { FixScope, InterruptedPod, ScopeNamespace } from '../snapshot/fix-scope.ts'
import type { Pod } from '../snapshot/pod.ts'
import type { Gap } from '../snapshot/snapshot.ts'
import { readSecretsNamed } from './fix-secrets.ts'
import { readServiceAccounts } from './fix-service-accounts.ts'
import { readWorkloads } from './fix-workloads.ts'

export interface FixScopeOptions {
  /** null: every namespace. */
  namespaces: string[] | null
  excluded: string[]
  secretName: string
  /** The text of the `.dockerconfigjson` that the Secret is to hold; null where no credential is handed out. */
  wanted: string | null
  /** Stuck pods whose workloads are read. */
  pods: Pod[]
  /** Also look for the digests that run already. */
  runningImages: boolean
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
  const [clusterUid, serviceAccounts, secrets, { workloads, jobs }, interruptedPods] = await Promise.all([
    clusterIdentity(cluster, options.signal),
    readServiceAccounts(cluster, scope, options, gaps),
    readSecretsNamed(cluster, scope, options, gaps),
    readWorkloads(cluster, { ...options, pods }, gaps),
    stillMissing(cluster, options),
  ])
  return { clusterUid, namespaces, serviceAccounts, secrets, workloads, jobs, interruptedPods, gaps }
}

/** What a fix is about to touch: live namespaces, and whether one list over the whole cluster may replace many. */
export interface NamespaceScope {
  namespaces: string[]
  wide: boolean
}

async function readNamespaces(
  cluster: ClusterReader,
  { namespaces, excluded, pods, signal }: FixScopeOptions,
  gaps: Gap[],
): Promise<ScopeNamespace[]> {
  const found: ScopeNamespace[] = []
  const keep = (object: KubernetesObject) => {
    const { name, deletionTimestamp } = object.metadata as { name: string; deletionTimestamp?: string }
    const phase = (object.status as { phase?: string } | undefined)?.phase
    const terminating = deletionTimestamp !== undefined || phase === 'Terminating'
    if (!excluded.includes(name)) found.push({ name, terminating })
  }
  const read = { ...(signal ? { signal } : {}) }
  try {
    if (namespaces === null) await cluster.list('/api/v1/namespaces', { ...read, limit: 500 }, keep)
    else for (const name of namespaces) keep(await cluster.get(`/api/v1/namespaces/${name}`, read))
  } catch (error) {
    // Somebody who may write in a namespace need not be allowed to look at the namespace object.
    if (!(error instanceof ApiError) || error.status !== 403) throw error
    gaps.push({ what: 'namespaces', namespace: null, why: 'forbidden', detail: error.message })
    const names = namespaces ?? [...new Set(pods.map(({ namespace }) => namespace))]
    return names.filter(name => !excluded.includes(name)).map(name => ({ name, terminating: false }))
  }
  return found.sort((one, other) => (one.name < other.name ? -1 : 1))
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

async function stillMissing(cluster: ClusterReader, options: FixScopeOptions): Promise<InterruptedPod[]> {
  const missing: InterruptedPod[] = []
  for (const pod of options.interruptedPods) {
    try {
      await cluster.get(`/api/v1/namespaces/${pod.namespace}/pods/${pod.name}`)
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error
      missing.push(pod)
    }
  }
  return missing
}
