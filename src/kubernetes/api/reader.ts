/** Everything that can be read from the API server at the other end of a connection. */

import type { Connection } from '../http/connection.ts'
import type { ClusterReader } from './cluster.ts'
import { Exchange, type ExchangeOptions } from './exchange.ts'
import { readList, readTable } from './list.ts'
import { readObject, reviewAccess, reviewSelf } from './read-object.ts'
import { watchList } from './watch.ts'

/**
 * Creates a reader; nothing is sent yet. Refused requests throw ApiError; those without a complete response throw one with status 0 and
 * reason `Timeout`, `Truncated`, `ConnectionReset` or `InvalidAnswer`.
 */
export function readerOver(connection: Connection, options: ExchangeOptions): ClusterReader {
  return readerOf(new Exchange(connection, options))
}

/** The reading half of an exchange that can also write. */
export function readerOf(exchange: Exchange): ClusterReader {
  const { context, server, namespace } = exchange.connection
  return {
    context,
    server,
    namespace,
    get: (path, read = {}) => readObject(exchange, path, read),
    list: (path, read, visit) => readList(exchange, path, read, visit),
    table: (path, read, row, item) => readTable(exchange, path, read, { row, item }),
    watch: (path, read, visit) => watchList(exchange, path, read, visit),
    serverNow: () => exchange.serverNow,
    canI: (question, signal) => reviewAccess(exchange, question, signal),
    whoAmI: signal => reviewSelf(exchange, signal),
    warnings: () => exchange.warnings.all(),
    close: () => exchange.connection.close(),
  }
}
