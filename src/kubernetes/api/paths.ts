/** Makes API paths, the one way: from a kind, with every name escaped. */

import type { Kind } from './kinds.ts'

declare const MODEL: unique symbol

/** A path, and what the server gives for it: an object, or the items of a list. */
export type ApiPath<Model> = string & { readonly [MODEL]?: Model }

/** Of all objects of a kind: in one namespace, or with null everywhere. */
export function listPath<Model>(kind: Kind<Model>, namespace: string | null): ApiPath<Model> {
  const root = kind.group === '' ? `/api/${kind.apiVersion}` : `/apis/${kind.apiVersion}`
  const place = namespace === null ? '' : `/namespaces/${encodeURIComponent(namespace)}`
  return `${root}${place}/${kind.resource}`
}

/** Of one object; `namespace` null for a kind that has none. */
export function objectPath<Model>(kind: Kind<Model>, namespace: string | null, name: string): ApiPath<Model> {
  return `${listPath(kind, namespace)}/${encodeURIComponent(name)}`
}
