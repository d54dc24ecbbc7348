/** Reads the Secrets that already have the name a fix would use. Their content is compared here and goes no further. */

import { PullSecretContent } from '../../dockerconfig/pull-secret-content.ts'
import type { ClusterReader, KubernetesObject } from '../../kubernetes/api/cluster.ts'
import { AT_ONCE, bounded } from '../../network/bounded.ts'
import type { ScopeSecret } from '../../snapshot/fix-scope.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import { managerOf } from '../managed-by.ts'
import { gapOf } from './fix-gap.ts'
import type { FixScopeOptions, NamespaceScope } from './fix-scope-options.ts'

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
  const paths = wide ? ['/api/v1/secrets'] : namespaces.map(name => `/api/v1/namespaces/${name}/secrets`)
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

function narrow(object: KubernetesObject, wanted: PullSecretContent | null): ScopeSecret {
  const { namespace, name, uid, labels } = object.metadata as {
    namespace: string
    name: string
    uid: string
    labels?: Record<string, string>
  }
  const type = typeof object.type === 'string' ? object.type : null
  const stored = PullSecretContent.inSecret(object)
  const usable = type === 'kubernetes.io/dockerconfigjson'
  return {
    namespace,
    name,
    uid,
    type,
    immutable: object.immutable === true,
    ours: labels?.['app.kubernetes.io/managed-by'] === 'pullguard',
    content: usable && wanted !== null && stored.serves(wanted) ? 'same' : 'different',
    keys: stored.keys,
    managedBy: managerOf(object),
  }
}
