/** Requests about one object: read, create, patch, delete, evict. */

import { JSON_FORM, METADATA } from './accept.ts'
import { type Ask, withQuery } from './ask.ts'
import type { JsonPatchOperation, KubernetesObject, ReadOptions, WriteOptions } from './cluster.ts'
import type { Exchange } from './exchange.ts'
import { objectFrom } from './one-object.ts'

const FIELD_MANAGER = 'pullguard'

/** As ClusterReader.get says. */
export function readObject(
  exchange: Exchange,
  path: string,
  options: ReadOptions,
): Promise<KubernetesObject> {
  const { metadataOnly, labelSelector, fieldSelector, signal } = options
  return objectFrom(exchange, {
    kind: 'read',
    method: 'GET',
    path: withQuery(path, { labelSelector, fieldSelector }),
    headers: { Accept: metadataOnly ? METADATA : JSON_FORM },
    ...(signal && { signal }),
  })
}

/** As ClusterWriter.create says. */
export function createObject(
  exchange: Exchange,
  path: string,
  object: KubernetesObject,
  options: WriteOptions,
): Promise<KubernetesObject> {
  return objectFrom(exchange, write('POST', withQuery(path, writeQuery(options)), object, options))
}

/** As ClusterWriter.jsonPatch says. */
export function patchObject(
  exchange: Exchange,
  path: string,
  operations: JsonPatchOperation[],
  options: WriteOptions,
): Promise<KubernetesObject> {
  const ask = write('PATCH', withQuery(path, writeQuery(options)), operations, options)
  return objectFrom(exchange, {
    ...ask,
    headers: { ...ask.headers, 'Content-Type': 'application/json-patch+json' },
  })
}

/** As ClusterWriter.delete says. The options go into the body: with a body, the server ignores those of the query. */
export async function deleteObject(
  exchange: Exchange,
  path: string,
  uid: string,
  options: WriteOptions & { resourceVersion?: string },
): Promise<void> {
  await objectFrom(exchange, write('DELETE', path, deleteOptions(uid, options), options))
}

/** As ClusterWriter.evict says. */
export async function evictPod(
  exchange: Exchange,
  namespace: string,
  pod: string,
  uid: string,
  options: WriteOptions & { resourceVersion?: string },
): Promise<void> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/eviction`
  const eviction = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name: pod, namespace },
    deleteOptions: deleteOptions(uid, options),
  }
  const ask = write('POST', withQuery(path, writeQuery(options)), eviction, options)
  await objectFrom(exchange, { ...ask, final429: true })
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

function write(
  method: 'POST' | 'PATCH' | 'DELETE',
  path: string,
  content: unknown,
  { signal }: WriteOptions,
): Ask {
  return {
    kind: 'write',
    method,
    path,
    headers: { Accept: JSON_FORM, 'Content-Type': JSON_FORM },
    body: JSON.stringify(content),
    ...(signal && { signal }),
  }
}
