/** One thing asked of the API server, and how freely it may be asked again. */

import type { HttpRequest } from '../http/connection.ts'

/** `stream` is a read whose answer is used while it comes: once it has begun it can't be begun again unnoticed. */
type RequestKind = 'read' | 'stream' | 'write'

export interface ApiRequest extends HttpRequest {
  kind: RequestKind
  /** A 429 is this request's answer (a PodDisruptionBudget's no), not a request to come back later. */
  final429?: boolean
}

/** `GET /api/v1/pods`: what errors name. The query is left out. */
export const nameOf = ({ method, path }: HttpRequest): string => `${method} ${pathOf(path)}`

export const pathOf = (path: string): string => path.replace(/\?.*/s, '')

/**
 * Whether the path leads elsewhere than its parts say. Names come from objects that anybody may have written; one that is `..`, which
 * servers and proxies resolve, or holds what no path can, is no object's.
 */
export function isUnsafePath(path: string): boolean {
  return (
    /[^\x21-\x7e]/.test(path) ||
    pathOf(path)
      .split('/')
      .some(part => /^(?:\.|%2e){1,2}$/i.test(part))
  )
}

/** The path with these parameters added; those that are undefined or empty are left out. */
export function withQuery(path: string, parameters: Record<string, string | number | undefined>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== '') query.set(name, String(value))
  }
  if (query.size === 0) return path
  return `${path}${path.includes('?') ? '&' : '?'}${query}`
}

/** The forms an answer may be asked for in. Plain JSON is taken in any case: some servers and proxies know nothing else. */
const META = 'v=v1;g=meta.k8s.io'

/** For a list of which only some fields are wanted. */
export const PROTOBUF_FORM = 'application/vnd.kubernetes.protobuf,application/json'
export const JSON_FORM = 'application/json'
export const METADATA = `application/json;as=PartialObjectMetadata;${META},application/json`
export const METADATA_LIST = `application/json;as=PartialObjectMetadataList;${META},application/json`
export const TABLE = `application/json;as=Table;${META},application/json`
