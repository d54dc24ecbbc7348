/** Reads one page of a list, or the rows of a Table, element by element as its bytes arrive. */

import { JsonElements, MAX_OBJECT_LENGTH } from '../../json/json-elements.ts'
import { parseElements } from '../../json/json-error.ts'
import { isProtobuf } from '../../protobuf/envelope.ts'
import { type ItemShape, ProtobufList } from '../../protobuf/list.ts'
import { type ApiRequest, requestName, withQuery } from './api-request.ts'
import type { KubernetesObject, ListOptions } from './cluster.ts'
import type { Exchange } from './exchange.ts'
import { failure, notKubernetes } from './failed-requests.ts'

/** How many items are requested at once: kubectl's own number. */
export const LIST_PAGE = 500

/** Which page: `limit` 0 requests everything at once, an empty token the first page. */
export interface PageChoice {
  limit: number
  continueToken: string
}

export interface Page {
  resourceVersion: string
  /** Empty on the last page. */
  continueToken: string
  /** Column names of a Table. */
  columns: string[]
}

/** Takes one element of the `items` of a list, or of the `rows` of a Table. */
export type VisitElement = (array: string, element: KubernetesObject) => void

/** What is read, and in which format. */
export interface PageSource {
  exchange: Exchange
  path: string
  accept: string
  options: ListOptions
}

/** @throws ApiError, reason `Truncated` if the response is cut off or reports remaining items */
export function readPage(source: PageSource, choice: PageChoice, visit: VisitElement): Promise<Page> {
  const { exchange, path, accept, options } = source
  const { labelSelector, fieldSelector, resourceVersion, shape, only, signal } = options
  const { limit, continueToken } = choice
  const query = {
    labelSelector,
    fieldSelector,
    limit: limit || undefined,
    // A token already names a state.
    ...(continueToken === '' ? { resourceVersion } : { continue: continueToken }),
  }
  const request: ApiRequest = {
    kind: 'stream',
    method: 'GET',
    path: withQuery(path, query),
    headers: { Accept: accept },
    ...(signal && { signal }),
  }
  return exchange.run(request, async chunks => {
    const page = pageOf(request, await restOf(request, chunks, shape && { shape, only }, visit))
    if (continueToken !== '' && page.continueToken === continueToken) {
      throw failure(request, 'Truncated', `${requestName(request)} keeps returning the same page`)
    }
    return page
  })
}

/** Parses the chunks of one response and emits its elements as they arrive. */
interface PageParser {
  write(chunk: Uint8Array): void
  /** Called after the last byte. Returns the response without its elements. */
  end(): Record<string, unknown>
}

/** Reads a response in either format. The first bytes decide: servers and proxies may send another format than requested, mislabeled. */
async function restOf(
  request: ApiRequest,
  chunks: AsyncIterable<Uint8Array>,
  shape: ItemShape | undefined,
  visit: VisitElement,
): Promise<Record<string, unknown>> {
  let head: Uint8Array = new Uint8Array()
  let parser: PageParser | null = null
  for await (const chunk of chunks) {
    if (parser !== null) {
      parser.write(chunk)
      continue
    }
    head = head.length === 0 ? chunk : Buffer.concat([head, chunk])
    const isBinary = isProtobuf(head)
    if (isBinary === undefined) continue
    parser =
      isBinary && shape !== undefined ? protobufParser(request, shape, visit) : jsonParser(request, visit)
    parser.write(head)
  }
  if (parser === null) {
    parser = jsonParser(request, visit)
    parser.write(head)
  }
  return parser.end()
}

function protobufParser(request: ApiRequest, shape: ItemShape, visit: VisitElement): PageParser {
  const list = new ProtobufList(shape, item => visit('items', item), MAX_OBJECT_LENGTH)
  return {
    write: chunk => list.write(chunk),
    end() {
      const { kind, metadata } = list.end()
      if (!kind.endsWith('List')) throw notKubernetes(request, 'it is not a list')
      return { metadata }
    },
  }
}

function jsonParser(request: ApiRequest, visit: VisitElement): PageParser {
  let rest: unknown
  let documents = 0
  const splitter = new JsonElements(
    ['items', 'rows'],
    {
      onElements: (array, bytes, offset) => {
        for (const element of parseElements(bytes, offset)) visit(array, objectIn(request, element))
      },
      onDocument: document => {
        if (documents++ > 0) throw notKubernetes(request, 'it is more than one list')
        rest = document
      },
    },
    MAX_OBJECT_LENGTH,
  )
  return {
    write: chunk => splitter.write(chunk),
    end() {
      splitter.end()
      if (!isList(rest)) throw notKubernetes(request, 'it is not a list')
      return rest
    },
  }
}

/** An empty list may be null: Go writes it that way. */
function isList(rest: unknown): rest is Record<string, unknown> {
  if (typeof rest !== 'object' || rest === null) return false
  const { kind = 'List', items, rows, columnDefinitions = [] } = rest as Record<string, unknown>
  const elements = rows === undefined ? items : rows
  return (
    (elements === null || Array.isArray(elements)) &&
    Array.isArray(columnDefinitions ?? []) &&
    /(List|^Table)$/.test(String(kind))
  )
}

function objectIn(request: ApiRequest, element: unknown): KubernetesObject {
  if (typeof element === 'object' && element !== null) return element as KubernetesObject
  throw notKubernetes(request, 'the list contains something that is not an object')
}

interface ListMeta {
  resourceVersion?: unknown
  continue?: unknown
  remainingItemCount?: unknown
}

function pageOf(request: ApiRequest, rest: Record<string, unknown>): Page {
  const metadata = (rest.metadata ?? {}) as ListMeta
  const columns = (rest.columnDefinitions ?? []) as { name?: unknown }[]
  const continueToken = String(metadata.continue ?? '')
  const remaining = Number(metadata.remainingItemCount ?? 0)
  if (continueToken === '' && remaining > 0) {
    throw failure(request, 'Truncated', `${requestName(request)} ended before its last ${remaining} items`)
  }
  const resourceVersion = String(metadata.resourceVersion ?? '')
  return { resourceVersion, continueToken, columns: columns.map(({ name }) => String(name)) }
}
