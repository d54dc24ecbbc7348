/** Reads one page of a list, or the rows of a Table, element by element as its bytes arrive. */

import { JsonElements, MAX_OBJECT_LENGTH } from '../../json/json-elements.ts'
import { parseElements } from '../../json/json-error.ts'
import { isProtobuf } from '../../protobuf/envelope.ts'
import { ProtobufList } from '../../protobuf/list.ts'
import type { Shape } from '../../protobuf/shape.ts'
import { type ApiRequest, nameOf, withQuery } from './api-request.ts'
import type { KubernetesObject, ListOptions } from './cluster.ts'
import type { Exchange } from './exchange.ts'
import { failure, notKubernetes } from './failures.ts'

/** Which page: `limit` 0 is everything at once, an empty token the beginning. */
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

/** What is read, and in which form. */
export interface PageSource {
  exchange: Exchange
  path: string
  accept: string
  options: ListOptions
}

/** @throws ApiError, reason `Truncated` if the response is cut off or reports remaining items */
export function readPage(source: PageSource, choice: PageChoice, visit: VisitElement): Promise<Page> {
  const { exchange, path, accept, options } = source
  const { labelSelector, fieldSelector, shape, signal } = options
  const { limit, continueToken } = choice
  const query = { labelSelector, fieldSelector, limit: limit || undefined, continue: continueToken }
  const request: ApiRequest = {
    kind: 'stream',
    method: 'GET',
    path: withQuery(path, query),
    headers: { Accept: accept },
    ...(signal && { signal }),
  }
  return exchange.run(request, async chunks => {
    const page = pageOf(request, await restOf(request, await beginningOf(chunks), { shape, visit }))
    if (continueToken !== '' && page.continueToken === continueToken) {
      throw failure(request, 'Truncated', `${nameOf(request)} gave the same page again and again`)
    }
    return page
  })
}

interface Taking {
  shape: Shape | undefined
  visit: VisitElement
}

/** The response without its elements, which are emitted as they arrive. */
async function restOf(
  request: ApiRequest,
  { chunks, isProtobuf }: Beginning,
  { shape, visit }: Taking,
): Promise<Record<string, unknown>> {
  if (!isProtobuf || shape === undefined) return restOfJson(request, chunks, visit)
  const list = new ProtobufList(shape, item => visit('items', item), MAX_OBJECT_LENGTH)
  for await (const chunk of chunks) list.write(chunk)
  const { kind, metadata } = list.end()
  if (!kind.endsWith('List')) throw notKubernetes(request, 'it is no list')
  return { metadata }
}

interface Beginning {
  isProtobuf: boolean
  /** All of the answer. */
  chunks: AsyncIterable<Uint8Array>
}

/** Detects the format by the first bytes: a server or proxy may send another one than requested, with wrong headers. */
async function beginningOf(chunks: AsyncIterable<Uint8Array>): Promise<Beginning> {
  const iterator = chunks[Symbol.asyncIterator]()
  let first: Buffer = Buffer.alloc(0)
  let told: boolean | undefined
  while (told === undefined) {
    const { done, value } = await iterator.next()
    if (done) break
    first =
      first.length === 0
        ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
        : Buffer.concat([first, value])
    told = isProtobuf(first)
  }
  async function* all() {
    yield first
    yield* { [Symbol.asyncIterator]: () => iterator }
  }
  return { isProtobuf: told === true, chunks: all() }
}

async function restOfJson(
  request: ApiRequest,
  chunks: AsyncIterable<Uint8Array>,
  visit: VisitElement,
): Promise<Record<string, unknown>> {
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
  for await (const chunk of chunks) splitter.write(chunk)
  splitter.end()
  if (!isList(rest)) throw notKubernetes(request, 'it is no list')
  return rest
}

/** An empty list may be null: Go writes it so. */
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
  throw notKubernetes(request, 'the list holds something that is no object')
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
    throw failure(request, 'Truncated', `${nameOf(request)} ended with ${remaining} items to come`)
  }
  const resourceVersion = String(metadata.resourceVersion ?? '')
  return { resourceVersion, continueToken, columns: columns.map(({ name }) => String(name)) }
}
