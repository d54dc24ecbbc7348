/** One watch: the changes of a list from a resource version on, until it ends for a reason. The caller starts the next one. */

import { JsonElements, MAX_OBJECT_LENGTH } from '../../json/json-elements.ts'
import { JsonError } from '../../json/json-error.ts'
import { ApiError } from './api-error.ts'
import { type ApiRequest, JSON_FORM, withQuery } from './api-request.ts'
import type { WatchEnd, WatchedChange, WatchOptions } from './cluster.ts'
import type { Exchange } from './exchange.ts'
import { notKubernetes } from './failed-requests.ts'
import type { ApiPath } from './paths.ts'
import { ExpiredError } from './status-refusal.ts'

/** Milliseconds that a server may be late in ending the watch; after that it is assumed dead. */
const LATE = 30_000

const CHANGES: Record<string, WatchedChange<unknown>['type']> = {
  ADDED: 'added',
  MODIFIED: 'modified',
  DELETED: 'deleted',
}

/** See ClusterReader.watch. */
export async function watchList<T>(
  exchange: Exchange,
  path: ApiPath<T>,
  options: WatchOptions,
  visit: (change: WatchedChange<T>) => void,
): Promise<WatchEnd> {
  const request = requestFor(path, options)
  const silence = options.timeoutSeconds * 1000 + LATE
  const events = new WatchEvents(request, options.resourceVersion, visit)
  let why: WatchEnd['why']
  try {
    await exchange.follow(request, silence, (chunks, stillThere) => events.read(chunks, stillThere))
    why = events.refusal ?? 'over'
  } catch (error) {
    why = reasonFor(error, events.begun)
  }
  return { why, resourceVersion: events.resourceVersion }
}

/** The events of one watch, as they arrive. */
class WatchEvents<T> {
  /** Whether the server has accepted the watch. */
  begun = false
  /** Why the server gave up; null if it did not. No event after that counts. */
  refusal: WatchEnd['why'] | null = null
  /** Of the newest event. */
  resourceVersion: string
  readonly #request: ApiRequest
  readonly #visit: (change: WatchedChange<T>) => void

  constructor(request: ApiRequest, resourceVersion: string, visit: (change: WatchedChange<T>) => void) {
    this.#request = request
    this.resourceVersion = resourceVersion
    this.#visit = visit
  }

  /** Reads until the response or the watch ends. @throws JsonError, ApiError */
  async read(chunks: AsyncIterable<Uint8Array>, stillThere: () => void): Promise<void> {
    this.begun = true
    const handlers = { onElements() {}, onDocument: (document: unknown) => this.#take(document) }
    const documents = new JsonElements([], handlers, MAX_OBJECT_LENGTH)
    for await (const chunk of chunks) {
      stillThere()
      documents.write(chunk)
      if (this.refusal !== null) return
    }
    documents.end()
  }

  #take(document: unknown): void {
    const event = eventIn(this.#request, document)
    this.refusal ??= refusalIn(event)
    if (this.refusal !== null) return
    this.resourceVersion = versionOf(event) ?? this.resourceVersion
    const type = CHANGES[event.type]
    if (type !== undefined) this.#visit({ type, object: event.object as T })
  }
}

function requestFor(path: string, options: WatchOptions): ApiRequest {
  const { labelSelector, fieldSelector, resourceVersion, timeoutSeconds, signal } = options
  const query = { watch: 1, allowWatchBookmarks: 'true', timeoutSeconds, resourceVersion }
  return {
    kind: 'stream',
    method: 'GET',
    path: withQuery(path, { labelSelector, fieldSelector, ...query }),
    headers: { Accept: JSON_FORM },
    ...(signal && { signal }),
  }
}

interface WatchEvent {
  type: string
  object: { metadata?: { resourceVersion?: unknown }; code?: unknown }
}

/** @throws ApiError for a document that no API server sends in a watch, such as a login page */
function eventIn(request: ApiRequest, document: unknown): WatchEvent {
  const { type, object } = (document ?? {}) as Partial<WatchEvent>
  if (typeof type === 'string' && typeof object === 'object' && object !== null) return { type, object }
  throw notKubernetes(request, 'it is not a watch')
}

/** Servers report an expired resource version in the stream or by the response's status. */
function refusalIn({ type, object }: WatchEvent): WatchEnd['why'] | null {
  if (type !== 'ERROR') return null
  return object.code === 410 ? 'expired' : 'broken'
}

function versionOf({ object }: WatchEvent): string | null {
  const version = object.metadata?.resourceVersion
  return typeof version === 'string' && version !== '' ? version : null
}

/** @throws the error if the watch did not start, or if another try can't help */
function reasonFor(error: unknown, begun: boolean): WatchEnd['why'] {
  if (error instanceof ExpiredError) return 'expired'
  if (error instanceof ApiError && begun && error.status === 0) {
    if (error.reason === 'InvalidAnswer') throw error
    return error.reason === 'Timeout' ? 'silent' : 'broken'
  }
  if (error instanceof JsonError && begun) return 'broken'
  throw error
}
