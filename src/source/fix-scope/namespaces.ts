/** Reads the namespaces that a fix may write to. */

import { ApiError } from '../../kubernetes/api-error.ts'
import { AT_ONCE, bounded } from '../../kubernetes/bounded.ts'
import type { ClusterReader, KubernetesObject } from '../../kubernetes/cluster.ts'
import type { ScopeNamespace } from '../../snapshot/fix-scope.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import type { FixScopeOptions } from './options.ts'

/** Those of the scope that are there, sorted. @throws ApiError */
export async function readNamespaces(
  cluster: ClusterReader,
  options: FixScopeOptions,
  gaps: Gap[],
): Promise<ScopeNamespace[]> {
  const { namespaces, excluded, pods } = options
  try {
    const found = await namespaceObjects(cluster, options)
    return found
      .filter(({ name }) => !excluded.includes(name))
      .sort((one, other) => (one.name < other.name ? -1 : 1))
  } catch (error) {
    // Somebody who may write in a namespace need not be allowed to look at the namespace object.
    if (!(error instanceof ApiError) || error.status !== 403) throw error
    gaps.push({ what: 'namespaces', namespace: null, why: 'forbidden', detail: error.message })
    const names = namespaces ?? [...new Set(pods.map(({ namespace }) => namespace))]
    return names.filter(name => !excluded.includes(name)).map(name => ({ name, terminating: false }))
  }
}

async function namespaceObjects(
  cluster: ClusterReader,
  { namespaces, mayBeGone, signal }: FixScopeOptions,
): Promise<ScopeNamespace[]> {
  const read = { ...(signal ? { signal } : {}) }
  const found: ScopeNamespace[] = []
  if (namespaces === null) {
    await cluster.list(
      '/api/v1/namespaces',
      { ...read, limit: 500 },
      object => void found.push(narrow(object)),
    )
    return found
  }
  await bounded(namespaces, AT_ONCE, async name => {
    try {
      found.push(narrow(await cluster.get(`/api/v1/namespaces/${encodeURIComponent(name)}`, read)))
    } catch (error) {
      const gone = error instanceof ApiError && error.status === 404
      if (!gone || !mayBeGone) throw error
    }
  })
  return found
}

function narrow(object: KubernetesObject): ScopeNamespace {
  const { name } = object.metadata as { name: string }
  return { name, terminating: isEnding(object) }
}

/** Whether the namespace is on its way out, so that nothing new can be made there. */
export function isEnding(namespace: KubernetesObject): boolean {
  const { deletionTimestamp } = namespace.metadata as { deletionTimestamp?: string }
  const phase = (namespace.status as { phase?: string } | undefined)?.phase
  return deletionTimestamp !== undefined || phase === 'Terminating'
}
