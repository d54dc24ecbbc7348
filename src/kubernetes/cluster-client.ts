/** A cluster over a connection: each call of the contract joined to the request that carries it out. */

import { reviewAccess } from './access-review.ts'
import type { ClusterWriter } from './cluster.ts'
import type { Connection } from './connection.ts'
import { Exchange, type ExchangeOptions } from './exchange.ts'
import { readList, readTable } from './list.ts'
import { createObject, deleteObject, evictPod, patchObject, readObject } from './objects.ts'

/**
 * Everything one may ask of the API server at the other end of `connection`; nothing is sent yet. Refused requests throw ApiError;
 * those without a whole answer throw one with status 0 and reason `Timeout`, `Truncated`, `ConnectionReset` or `InvalidAnswer`.
 */
export function clusterOver(connection: Connection, options: ExchangeOptions): ClusterWriter {
  const exchange = new Exchange(connection, options)
  const { context, server, namespace } = connection
  return {
    context,
    server,
    namespace,
    get: (path, read = {}) => readObject(exchange, path, read),
    list: (path, read, visit) => readList(exchange, path, read, visit),
    table: (path, read, visitRow, visitItem) => readTable(exchange, path, read, visitRow, visitItem),
    mayI: (question, signal) => reviewAccess(exchange, question, signal),
    create: (path, object, write = {}) => createObject(exchange, path, object, write),
    jsonPatch: (path, operations, write = {}) => patchObject(exchange, path, operations, write),
    delete: (path, uid, write = {}) => deleteObject(exchange, path, uid, write),
    evict: (inNamespace, pod, uid, write = {}) => evictPod(exchange, inNamespace, pod, uid, write),
    warnings: () => exchange.warnings.all(),
    close: () => connection.close(),
  }
}
