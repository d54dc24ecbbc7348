/** Lists objects page by page, and lists Tables: rows for people, at a hundredth of the size. */

import { ApiError } from './api-error.ts'
import { JSON_FORM, METADATA_LIST, PROTOBUF_FORM, pathOf, TABLE, withQuery } from './api-request.ts'
import type { KubernetesObject, ListOptions, ListResult, TableResult, TableRow } from './cluster.ts'
import type { Exchange } from './exchange.ts'
import {
  LIST_PAGE,
  type Page,
  type PageChoice,
  type PageSource,
  readPage,
  type VisitElement,
} from './list-page.ts'
import type { ApiPath } from './paths.ts'
import { ExpiredError } from './status-refusal.ts'

/** See ClusterReader.list. */
export async function readList<T>(
  exchange: Exchange,
  path: ApiPath<T>,
  options: ListOptions,
  visit: (item: T) => void,
): Promise<ListResult> {
  const form = options.shape ? PROTOBUF_FORM : JSON_FORM
  const accept = options.metadataOnly ? METADATA_LIST : form
  const { only } = options
  const pages = new Pages({ exchange, path, accept, options }, (_array, item) => {
    if (only === undefined || only.isWanted(item)) visit(item as T)
  })
  const { columns: _none, ...result } = await pages.readAll()
  return result
}

/** What to do with the parts of a Table: its rows, and items from a server that answers with a list instead. */
interface TableVisitor<T> {
  row(row: TableRow): void
  item(item: T): void
}

/** See ClusterReader.table. */
export function readTable<T>(
  exchange: Exchange,
  path: ApiPath<T>,
  options: ListOptions,
  visit: TableVisitor<T>,
): Promise<TableResult> {
  const source = { exchange, path: withQuery(path, { includeObject: 'None' }), accept: TABLE, options }
  const pages = new Pages(source, (array, element) =>
    array === 'rows' ? visit.row(rowOf(element)) : visit.item(element as T),
  )
  return pages.readAll()
}

const rowOf = ({ cells, conditions, object }: KubernetesObject): TableRow => ({
  cells: Array.isArray(cells) ? cells : [],
  conditions,
  object: (object as KubernetesObject | null | undefined) ?? null,
})

/** Enough for millions of objects; an API server sends an empty page now and then if a selector skips a lot. */
const MAX_PAGES = 5_000
const MAX_EMPTY_PAGES = 100

/** Reads page after page to the end, even if the server no longer has the state that the list started from. */
class Pages {
  readonly #source: PageSource
  readonly #visit: VisitElement
  /** Page size; 0 requests everything at once. */
  readonly #limit: number
  /** Identities of the items visited so far; needed only if a list is restarted. */
  readonly #visited = new Set<string>()
  #count = 0
  #inconsistent = false
  #restarted = false
  #hasUnnamed = false

  constructor(source: PageSource, visit: VisitElement) {
    this.#source = source
    this.#visit = visit
    this.#limit = source.options.limit ?? LIST_PAGE
  }

  /** @throws ApiError if any page fails; then the items visited so far are not the whole list */
  async readAll(): Promise<ListResult & { columns: string[] }> {
    const { resourceVersion, columns, ...first } = await this.#page({ limit: this.#limit, continueToken: '' })
    let token = first.continueToken
    let emptyPages = 0
    for (let pages = 1; token !== ''; pages++) {
      const before = this.#count
      token = (await this.#nextPage(token)).continueToken
      emptyPages = this.#count > before ? 0 : emptyPages + 1
      if (pages > MAX_PAGES || emptyPages > MAX_EMPTY_PAGES) throw this.#endlessError()
    }
    return { count: this.#count, resourceVersion, inconsistent: this.#inconsistent, columns }
  }

  #endlessError(): ApiError {
    const path = pathOf(this.#source.path)
    const message = `The list of GET ${path} does not end`
    return new ApiError({ status: 0, reason: 'Truncated', message, method: 'GET', path })
  }

  /** Returns the page after that token or, if the token has expired, what the server offers instead. */
  async #nextPage(token: string): Promise<Page> {
    try {
      return await this.#page({ limit: this.#limit, continueToken: token })
    } catch (error) {
      if (!(error instanceof ExpiredError)) throw error
      this.#inconsistent = true
      return error.continueToken ? this.#continue(error.continueToken) : this.#restart(error)
    }
  }

  /** Continues at the same position in a newer state: visited items come before it and are not repeated. */
  async #continue(token: string): Promise<Page> {
    try {
      return await this.#page({ limit: this.#limit, continueToken: token })
    } catch (error) {
      if (!(error instanceof ExpiredError)) throw error
      return this.#restart(error)
    }
  }

  /** Reads the whole list in one response, which can't expire, and skips visited items. Rows have no identity, so a Table can't restart. */
  async #restart(error: ExpiredError): Promise<Page> {
    if (this.#hasUnnamed) throw error
    this.#restarted = true
    return this.#page({ limit: 0, continueToken: '' })
  }

  #page(choice: PageChoice): Promise<Page> {
    return readPage(this.#source, choice, (array, element) => {
      const identity = identityOf(element)
      if (identity === null) this.#hasUnnamed = true
      else if (this.#restarted && this.#visited.has(identity)) return
      else if (this.#limit > 0) this.#visited.add(identity)
      this.#count++
      this.#visit(array, element)
    })
  }
}

function identityOf({ metadata }: KubernetesObject): string | null {
  const { uid, namespace, name } = (metadata ?? {}) as Record<string, unknown>
  if (typeof uid === 'string' && uid !== '') return uid
  return typeof name === 'string' ? `${namespace ?? ''}/${name}` : null
}
