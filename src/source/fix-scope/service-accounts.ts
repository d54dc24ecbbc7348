/** Reads the service accounts a fix attaches a pull secret to: `default` everywhere, others where pods run as them. */

import { AT_ONCE, bounded } from '../../kubernetes/bounded.ts'
import type { ClusterReader, KubernetesObject } from '../../kubernetes/cluster.ts'
import type { PullSecretEntryName, ScopeServiceAccount } from '../../snapshot/fix-scope.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import { managerOf } from '../managed-by.ts'
import { gapOf } from './gap.ts'
import type { FixScopeOptions, NamespaceScope } from './options.ts'

/** Service accounts of the scope that pods run as, or will. */
export async function readServiceAccounts(
  cluster: ClusterReader,
  { namespaces, wide }: NamespaceScope,
  options: FixScopeOptions,
  gaps: Gap[],
): Promise<ScopeServiceAccount[]> {
  const live = new Set(namespaces)
  const found: ScopeServiceAccount[] = []
  const keep = (object: KubernetesObject) => {
    const account = narrow(object)
    if (live.has(account.namespace)) found.push(account)
  }
  const paths = wide
    ? ['/api/v1/serviceaccounts']
    : namespaces.map(name => `/api/v1/namespaces/${encodeURIComponent(name)}/serviceaccounts`)
  await bounded(paths, AT_ONCE, async path => {
    try {
      await cluster.list(path, { limit: 500, ...signalOf(options) }, keep)
    } catch (error) {
      gaps.push(gapOf('serviceaccounts', path, error))
    }
  })
  const stuck = new Set(options.pods.map(pod => `${pod.namespace}/${pod.serviceAccount}`))
  const used = await bounded(found, AT_ONCE, async account => {
    const named = account.imagePullSecrets?.some(({ name }) => name === options.secretName)
    if (account.name === 'default' || stuck.has(`${account.namespace}/${account.name}`)) return true
    return !named && options.wanted !== null && (await hasPods(cluster, account, options))
  })
  return found.filter((_, index) => used[index]).sort((one, other) => compare(key(one), key(other)))
}

async function hasPods(
  cluster: ClusterReader,
  { namespace, name }: ScopeServiceAccount,
  options: FixScopeOptions,
): Promise<boolean> {
  const { count } = await cluster.list(
    `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`,
    {
      fieldSelector: `spec.serviceAccountName=${name}`,
      metadataOnly: true,
      limit: 500,
      ...signalOf(options),
    },
    () => {},
  )
  return count > 0
}

function narrow(object: KubernetesObject): ScopeServiceAccount {
  const metadata = object.metadata as Record<'namespace' | 'name' | 'uid' | 'resourceVersion', string>
  const { namespace, name, uid, resourceVersion } = metadata
  return {
    namespace,
    name,
    uid,
    resourceVersion,
    imagePullSecrets: entriesOf(object.imagePullSecrets),
    managedBy: managerOf(object),
  }
}

/** A stored imagePullSecrets list as it is; null where the field is absent. */
export function entriesOf(list: unknown): PullSecretEntryName[] | null {
  if (!Array.isArray(list)) return null
  return list.map(entry => (typeof entry?.name === 'string' ? { name: entry.name } : {}))
}

function signalOf({ signal }: FixScopeOptions): { signal?: AbortSignal } {
  return signal ? { signal } : {}
}

function key({ namespace, name }: ScopeServiceAccount): string {
  return `${namespace}/${name}`
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other)
}
