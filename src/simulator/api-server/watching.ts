/** `watch=1`: a stream of changes, one JSON object a line, until the client disconnects or timeoutSeconds are over. */

import type { ServerResponse } from 'node:http'
import type { Cluster } from '../cluster/cluster.ts'
import { apiVersionOf } from '../cluster/kinds.ts'
import type { ApiObject } from '../cluster/objects.ts'
import type { Change } from '../cluster/store.ts'
import { includeObjectOf, type Representation } from './representation.ts'
import { namespaceOf, type RequestInfo } from './request.ts'
import { fieldMatcher, labelMatcher, type Matcher } from './selectors.ts'
import { partialMetadata, tableOf } from './tables/table.ts'

const KEPT = 2000

export class Watching {
  readonly #cluster: Cluster
  #recent: Change[] = []
  /** The newest resource version whose change has been forgotten. */
  #oldest = 0

  readonly #open = new Set<() => void>()

  constructor(cluster: Cluster) {
    this.#cluster = cluster
    cluster.store.watch(change => {
      this.#recent.push(change)
      if (this.#recent.length > KEPT)
        this.#oldest = Number(this.#recent.shift()?.object.metadata.resourceVersion)
    })
  }

  /** Streams to the response: changes since resourceVersion, or the current objects and then changes. */
  serve(info: RequestInfo, asked: Representation, query: URLSearchParams, response: ServerResponse): void {
    const matches = this.#matcher(info, query)
    const form = this.#former(info, asked, query)
    const send = ({ type, object }: Pick<Change, 'type' | 'object'>) => {
      if (matches(object)) response.write(`${JSON.stringify({ type, object: form(object) })}\n`)
    }
    response.writeHead(200, {
      ...{ 'content-type': 'application/json', 'cache-control': 'no-cache, private' },
      date: this.#cluster.clock.httpDate(),
    })
    response.flushHeaders()
    const since = Number(query.get('resourceVersion') || 0)
    if (since > 0 && since < this.#oldest) {
      response.end(`${JSON.stringify({ type: 'ERROR', object: tooOld(since, this.#oldest) })}\n`)
      return
    }
    if (since > 0) {
      const missed = this.#recent.filter(change => Number(change.object.metadata.resourceVersion) > since)
      for (const change of missed) if (change.kind === info.kind) send(change)
    } else {
      const present = this.#cluster.store.list(info.kind, namespaceOf(info))
      for (const object of present) send({ type: 'ADDED', object })
    }
    const stop = this.#cluster.store.watch(change => {
      if (change.kind === info.kind) send(change)
    })
    const seconds = Number(query.get('timeoutSeconds') || 1800)
    const wantsBookmarks = ['1', 'true'].includes(query.get('allowWatchBookmarks') ?? '')
    const timer = setTimeout(() => {
      if (wantsBookmarks)
        response.write(`${JSON.stringify({ type: 'BOOKMARK', object: this.#bookmark(info) })}\n`)
      response.end()
    }, seconds * 1000)
    const end = () => response.end()
    this.#open.add(end)
    response.on('close', () => {
      this.#open.delete(end)
      stop()
      clearTimeout(timer)
    })
  }

  /** Forgets all resource versions up to the present one. */
  expire(): void {
    this.#recent = []
    this.#oldest = this.#cluster.store.revision + 1
  }

  /** Ends all watches, like a server that shuts down. */
  cut(): void {
    for (const end of [...this.#open]) end()
  }

  /** A bookmark at the current resource version, from which another watch can start. */
  #bookmark({ kind }: RequestInfo): object {
    const metadata = { resourceVersion: String(this.#cluster.store.revision), creationTimestamp: null }
    return { kind: kind.kind, apiVersion: apiVersionOf(kind), metadata }
  }

  #matcher(info: RequestInfo, query: URLSearchParams): Matcher {
    const namespace = namespaceOf(info)
    const fields = query.get('fieldSelector')
    const labels = query.get('labelSelector')
    const byField = fields ? fieldMatcher(info.kind.kind, fields) : () => true
    const byLabel = labels ? labelMatcher(labels) : () => true
    return object =>
      (namespace === undefined || object.metadata.namespace === namespace) &&
      byField(object) &&
      byLabel(object)
  }

  #former(info: RequestInfo, asked: Representation, query: URLSearchParams): (object: ApiObject) => object {
    if (asked === 'json') return object => object
    if (asked !== 'table') return partialMetadata
    const include = includeObjectOf(query)
    return object =>
      tableOf(info.kind.kind, [object], {
        include,
        now: this.#cluster.clock.now(),
        release: this.#cluster.stack.kubernetes,
        metadata: { resourceVersion: object.metadata.resourceVersion },
      })
  }
}

/** The watch cache's error for a version that is too old, as an event in the stream. */
const tooOld = (asked: number, oldest: number): object => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: `too old resource version: ${asked} (${oldest})`,
  reason: 'Expired',
  code: 410,
})
