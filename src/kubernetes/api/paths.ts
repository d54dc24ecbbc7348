/** Builds every API path: from a kind, with each name escaped. */

import { KINDS, type Kind } from './kinds.ts'

declare const MODEL: unique symbol

/** A path, typed by what the server returns for it: an object, or the items of a list. */
export type ApiPath<Model> = string & { readonly [MODEL]?: Model }

/** The path of all objects of a kind in one namespace; `namespace` null for all namespaces. */
export function listPath<Model>(kind: Kind<Model>, namespace: string | null): ApiPath<Model> {
  const root = kind.group === '' ? `/api/${kind.apiVersion}` : `/apis/${kind.apiVersion}`
  const place = namespace === null ? '' : `/namespaces/${encodeURIComponent(namespace)}`
  return `${root}${place}/${kind.resource}`
}

/** The path of one object; `namespace` null for a cluster-wide kind. */
export function objectPath<Model>(kind: Kind<Model>, namespace: string | null, name: string): ApiPath<Model> {
  return `${listPath(kind, namespace)}/${encodeURIComponent(name)}`
}

/** The path for the evictions of one pod. */
export function evictionPath(namespace: string, pod: string): string {
  return `${objectPath(KINDS.Pod, namespace, pod)}/eviction`
}

/** The path for reviews of what the user is allowed to do. */
export const ACCESS_REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'

/** The path for reviews of who the user is. */
export const SELF_REVIEWS = '/apis/authentication.k8s.io/v1/selfsubjectreviews'
