/** Reading and writing over one connection. Only commands that apply changes get a writer. */

import type { Connection } from '../http/connection.ts'
import type { ClusterReader } from './cluster.ts'
import { Exchange, type ExchangeOptions, type Redactor } from './exchange.ts'
import type { ApiPath } from './paths.ts'
import { readerOf } from './reader.ts'
import {
  createObject,
  deleteObject,
  evictPod,
  type JsonPatchOperation,
  patchObject,
  type WriteOptions,
} from './write.ts'

/** Each call sets fieldManager=pullguard and fieldValidation=Strict. */
export interface ClusterWriter extends ClusterReader {
  create<T>(path: ApiPath<T>, object: object, options?: WriteOptions): Promise<T>
  jsonPatch<T>(path: ApiPath<T>, operations: JsonPatchOperation[], options?: WriteOptions): Promise<T>
  /** DELETE of exactly this object (uid), and of this version if one is given. */
  delete(path: string, uid: string, options?: WriteOptions & { resourceVersion?: string }): Promise<void>
  /** policy/v1 Eviction of one pod, and of this version if one is given. @throws ApiError 429 if a PodDisruptionBudget forbids it */
  evict(
    namespace: string,
    pod: string,
    uid: string,
    options?: WriteOptions & { resourceVersion?: string },
  ): Promise<void>
  /** Removes these secrets too from the server's messages and warnings from now on. */
  redactWith(redactor: Redactor): void
}

/** Creates a writer; nothing is sent yet. It throws as a reader does. */
export function writerOver(connection: Connection, options: ExchangeOptions): ClusterWriter {
  const exchange = new Exchange(connection, options)
  return {
    ...readerOf(exchange),
    create: (path, object, write = {}) => createObject(exchange, path, object, write),
    jsonPatch: (path, operations, write = {}) => patchObject(exchange, path, operations, write),
    delete: (path, uid, write = {}) => deleteObject(exchange, path, uid, write),
    redactWith: redactor => exchange.redactWith(redactor),
    evict: (namespace, name, uid, write = {}) => evictPod(exchange, { namespace, name, uid }, write),
  }
}
