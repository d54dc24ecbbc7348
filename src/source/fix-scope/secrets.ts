/** Reads the Secrets that already have the name a fix would use. Their content is compared here and goes no further. */

import { AT_ONCE, bounded } from '../../kubernetes/bounded.ts'
import type { ClusterReader, KubernetesObject } from '../../kubernetes/cluster.ts'
import { keysOf, servedKeys } from '../../registry/pull-secret-content.ts'
import type { ScopeSecret } from '../../snapshot/fix-scope.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import { managerOf } from '../managed-by.ts'
import { gapOf } from './gap.ts'
import type { FixScopeOptions, NamespaceScope } from './options.ts'

/** Existing Secrets of the name, one a namespace at most. */
export async function readSecretsNamed(
  cluster: ClusterReader,
  { namespaces, wide }: NamespaceScope,
  { secretName, wanted, signal }: FixScopeOptions,
  gaps: Gap[],
): Promise<ScopeSecret[]> {
  const found: ScopeSecret[] = []
  const live = new Set(namespaces)
  const keep = (object: KubernetesObject) => {
    const secret = narrow(object, wanted)
    if (live.has(secret.namespace)) found.push(secret)
  }
  const paths = wide
    ? ['/api/v1/secrets']
    : namespaces.map(name => `/api/v1/namespaces/${encodeURIComponent(name)}/secrets`)
  await bounded(paths, AT_ONCE, async path => {
    try {
      const fieldSelector = `metadata.name=${secretName}`
      await cluster.list(path, { fieldSelector, limit: 500, ...(signal ? { signal } : {}) }, keep)
    } catch (error) {
      gaps.push(gapOf('secrets', path, error))
    }
  })
  return found
}

function narrow(object: KubernetesObject, wanted: string | null): ScopeSecret {
  const { namespace, name, uid, labels } = object.metadata as {
    namespace: string
    name: string
    uid: string
    labels?: Record<string, string>
  }
  const type = typeof object.type === 'string' ? object.type : null
  const data = (object.data as Record<string, string> | undefined)?.['.dockerconfigjson'] ?? ''
  const stored = Buffer.from(data, 'base64').toString('utf8')
  const usable = type === 'kubernetes.io/dockerconfigjson'
  return {
    namespace,
    name,
    uid,
    type,
    immutable: object.immutable === true,
    ours: labels?.['app.kubernetes.io/managed-by'] === 'pullguard',
    served: usable && wanted !== null ? servedKeys(stored, wanted) : [],
    keys: keysOf(stored),
    managedBy: managerOf(object),
  }
}
