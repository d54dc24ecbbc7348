/** Requests that change one object: create, patch, delete, evict. */

import { type ApiRequest, JSON_FORM, withQuery } from './api-request.ts'
import type { Exchange } from './exchange.ts'
import { type ApiPath, evictionPath } from './paths.ts'
import { objectFrom } from './read-object.ts'

export interface WriteOptions {
  /** Validate and admit on the server, store nothing. */
  dryRun?: boolean
  signal?: AbortSignal
}

export interface JsonPatchOperation {
  op: 'add' | 'remove' | 'replace' | 'test'
  path: string
  value?: unknown
}

/** The manager by which the server notes what pullguard wrote (managedFields). */
export const FIELD_MANAGER = 'pullguard'

/** See ClusterWriter.create. */
export function createObject<T>(
  exchange: Exchange,
  path: ApiPath<T>,
  object: object,
  options: WriteOptions,
): Promise<T> {
  return objectFrom(exchange, writeRequest('POST', withQuery(path, writeQuery(options)), object, options))
}

/** See ClusterWriter.jsonPatch. */
export function patchObject<T>(
  exchange: Exchange,
  path: ApiPath<T>,
  operations: JsonPatchOperation[],
  options: WriteOptions,
): Promise<T> {
  const request = writeRequest('PATCH', withQuery(path, writeQuery(options)), operations, options)
  return objectFrom(exchange, {
    ...request,
    headers: { ...request.headers, 'Content-Type': 'application/json-patch+json' },
  })
}

/** See ClusterWriter.delete. The options go into the body: with a body, the server ignores those of the query. */
export async function deleteObject(
  exchange: Exchange,
  path: string,
  uid: string,
  options: WriteOptions & { resourceVersion?: string },
): Promise<void> {
  await objectFrom(exchange, writeRequest('DELETE', path, deleteOptions(uid, options), options))
}

/** See ClusterWriter.evict. */
export async function evictPod(
  exchange: Exchange,
  { namespace, name, uid }: { namespace: string; name: string; uid: string },
  options: WriteOptions & { resourceVersion?: string },
): Promise<void> {
  const path = evictionPath(namespace, name)
  const eviction = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace },
    deleteOptions: deleteOptions(uid, options),
  }
  const request = writeRequest('POST', withQuery(path, writeQuery(options)), eviction, options)
  await objectFrom(exchange, { ...request, final429: true })
}

const deleteOptions = (
  uid: string,
  { dryRun, resourceVersion }: WriteOptions & { resourceVersion?: string },
) => ({
  apiVersion: 'v1',
  kind: 'DeleteOptions',
  preconditions: { uid, ...(resourceVersion !== undefined && { resourceVersion }) },
  ...(dryRun && { dryRun: ['All'] }),
})

const writeQuery = ({ dryRun }: WriteOptions) => ({
  fieldManager: FIELD_MANAGER,
  fieldValidation: 'Strict',
  dryRun: dryRun ? 'All' : undefined,
})

function writeRequest(
  method: 'POST' | 'PATCH' | 'DELETE',
  path: string,
  content: unknown,
  { signal }: WriteOptions,
): ApiRequest {
  return {
    kind: 'write',
    method,
    path,
    headers: { Accept: JSON_FORM, 'Content-Type': JSON_FORM },
    body: JSON.stringify(content),
    ...(signal && { signal }),
  }
}
