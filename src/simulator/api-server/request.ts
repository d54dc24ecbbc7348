/** Parses a request: the kind, the object, and the verb (apiserver's requestinfo). */

import { type Kind, kindNamed, kindOfResource, SCALED } from '../cluster/kinds.ts'

export interface RequestInfo {
  kind: Kind
  verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection'
  /** null: cluster-wide, or a kind without namespaces. */
  namespace: string | null
  name: string | null
  subresource: string | null
}

export type Route =
  | { type: 'resource'; info: RequestInfo }
  /** A known group without such a resource, or a method that the resource does not have. */
  | { type: 'unknown-resource' }
  | { type: 'method-not-allowed' }
  | { type: 'other'; path: string }

const VERBS: Record<string, RequestInfo['verb']> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
}
const GROUPS = ['/api/v1', '/apis/apps/v1', '/apis/batch/v1', '/apis/policy/v1']
const subresourcesOf = (resource: string): string[] => [
  'status',
  ...(resource === 'pods' ? ['eviction'] : []),
  ...(SCALED.includes(resource) ? ['scale'] : []),
]

/** What the request asks for. `watch`: the query requests a watch. */
export function routeOf(method: string, path: string, watch: boolean): Route {
  const root = GROUPS.find(group => path.startsWith(`${group}/`))
  if (!root) return { type: 'other', path }
  const [group = '', version = ''] = root === '/api/v1' ? ['', 'v1'] : root.split('/').slice(2)
  const parts = path
    .slice(root.length + 1)
    .split('/')
    .map(decodeURIComponent)
  const inNamespace = parts[0] === 'namespaces' && parts.length > 2
  const namespace = inNamespace ? (parts[1] ?? null) : null
  const [resource = '', name = null, subresource = null] = inNamespace ? parts.slice(2) : parts
  const kind = kindOfResource(group, version, resource)
  if (!kind || (inNamespace && !kind.namespaced)) return { type: 'unknown-resource' }
  if (subresource !== null && !subresourcesOf(resource).includes(subresource))
    return { type: 'unknown-resource' }
  if (!allowedMethods(kind, namespace, name, subresource).includes(method))
    return { type: 'method-not-allowed' }
  const reading = name ? 'get' : watch ? 'watch' : 'list'
  return {
    type: 'resource',
    info: {
      kind,
      verb: method === 'DELETE' && !name ? 'deletecollection' : (VERBS[method] ?? reading),
      namespace: kind.kind === 'Namespace' ? name : namespace,
      name,
      subresource,
    },
  }
}

function allowedMethods(
  kind: Kind,
  namespace: string | null,
  name: string | null,
  sub: string | null,
): string[] {
  if (sub === 'eviction') return ['POST']
  if (name) return ['GET', 'PUT', 'PATCH', ...(sub ? [] : ['DELETE'])]
  return kind.namespaced && namespace === null ? ['GET'] : ['GET', 'POST']
}

/** The namespace of the object itself: a Namespace object has none. */
export const namespaceOf = (info: RequestInfo): string | undefined =>
  info.kind === kindNamed('Namespace') ? undefined : (info.namespace ?? undefined)
