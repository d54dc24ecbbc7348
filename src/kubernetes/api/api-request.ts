/** A request to the API server, and whether it can be retried. */

import type { HttpRequest } from '../http/connection.ts'

/** `stream` is a read whose response is used as it arrives: once it has started, it can't be retried. */
type RequestKind = 'read' | 'stream' | 'write'

export interface ApiRequest extends HttpRequest {
  kind: RequestKind
  /** A 429 is final for this request (a PodDisruptionBudget does not allow it) and not a hint to retry later. */
  final429?: boolean
}

/** `GET /api/v1/pods`, for errors, without the query. */
export const requestName = ({ method, path }: HttpRequest): string => `${method} ${pathOf(path)}`

export const pathOf = (path: string): string => path.replace(/\?.*/s, '')

/**
 * Whether the path could resolve to another one. Names come from untrusted objects, but no object is named `..`, which servers and proxies
 * resolve, or has characters in its name that are invalid in a path.
 */
export function isUnsafePath(path: string): boolean {
  return (
    /[^\x21-\x7e]/.test(path) ||
    pathOf(path)
      .split('/')
      .some(part => /^(?:\.|%2e){1,2}$/i.test(part))
  )
}

/** Returns the path with these parameters added, except for undefined and empty ones. */
export function withQuery(path: string, parameters: Record<string, string | number | undefined>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== '') query.set(name, String(value))
  }
  if (query.size === 0) return path
  return `${path}${path.includes('?') ? '&' : '?'}${query}`
}

/** Formats to request. Plain JSON is always accepted: some servers and proxies support nothing else. */
const META = 'v=v1;g=meta.k8s.io'

/** For a list of which only some fields are needed. */
export const PROTOBUF_FORM = 'application/vnd.kubernetes.protobuf,application/json'
export const JSON_FORM = 'application/json'
export const METADATA = `application/json;as=PartialObjectMetadata;${META},application/json`
export const METADATA_LIST = `application/json;as=PartialObjectMetadataList;${META},application/json`
export const TABLE = `application/json;as=Table;${META},application/json`
