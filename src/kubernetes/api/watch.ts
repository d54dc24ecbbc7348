/** One watch: the changes of a list from a resource version on, until it ends for a reason. The caller starts the next one. */

import { JsonElements, MAX_OBJECT_LENGTH } from '../../json/json-elements.ts'
import { JsonError } from '../../json/json-error.ts'
import { ApiError } from './api-error.ts'
import { type ApiRequest, JSON_FORM, withQuery } from './api-request.ts'
import type { WatchEnd, WatchedChange, WatchOptions } from './cluster.ts'
import type { Exchange } from './exchange.ts'
import { notKubernetes } from './failures.ts'
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
  let { resourceVersion } = options
  let begun = false
  let refused: WatchEnd['why'] | null = null
  try {
    await exchange.follow(request, silence, async (chunks, stillThere) => {
      begun = true
      const events = new JsonElements(
        [],
        {
          onElements() {},
          onDocument(document) {
            const event = eventIn(request, document)
            refused ??= refusalIn(event)
            if (refused !== null) return
            resourceVersion = versionOf(event) ?? resourceVersion
            const type = CHANGES[event.type]
            if (type !== undefined) visit({ type, object: event.object as T })
          },
        },
        MAX_OBJECT_LENGTH,
      )
      for await (const chunk of chunks) {
        stillThere()
        events.write(chunk)
        if (refused !== null) return
      }
      events.end()
    })
    return { why: refused ?? 'over', resourceVersion }
  } catch (error) {
    return { why: reasonFor(error, begun), resourceVersion }
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
