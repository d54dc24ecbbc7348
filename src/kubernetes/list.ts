/** Lists of objects, and lists as Tables: rows made for people, at a hundredth of the size. */

import { JSON_FORM, METADATA_LIST, TABLE } from './accept.ts'
import { withQuery } from './ask.ts'
import type { KubernetesObject, ListOptions, ListResult, TableResult, TableRow } from './cluster.ts'
import type { Exchange } from './exchange.ts'
import { readPage } from './list-page.ts'
import { Pages } from './pages.ts'

/** As ClusterReader.list says. */
export async function readList(
  exchange: Exchange,
  path: string,
  options: ListOptions,
  visit: (item: KubernetesObject) => void,
): Promise<ListResult> {
  const source = { exchange, path, accept: options.metadataOnly ? METADATA_LIST : JSON_FORM, options }
  const pages = new Pages(
    path,
    (choice, visitElement) => readPage(source, choice, visitElement),
    options.limit ?? 0,
    (_array, item) => visit(item),
  )
  const { columns: _none, ...result } = await pages.readAll()
  return result
}

/** As ClusterReader.table says. */
export function readTable(
  exchange: Exchange,
  path: string,
  options: ListOptions,
  visitRow: (row: TableRow) => void,
  visitItem: (item: KubernetesObject) => void,
): Promise<TableResult> {
  const source = { exchange, path: withQuery(path, { includeObject: 'None' }), accept: TABLE, options }
  const pages = new Pages(
    path,
    (choice, visitElement) => readPage(source, choice, visitElement),
    options.limit ?? 0,
    (array, element) => (array === 'rows' ? visitRow(rowOf(element)) : visitItem(element)),
  )
  return pages.readAll()
}

const rowOf = ({ cells, conditions, object }: KubernetesObject): TableRow => ({
  cells: Array.isArray(cells) ? cells : [],
  conditions,
  object: (object as KubernetesObject | null | undefined) ?? null,
})
