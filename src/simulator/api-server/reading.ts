/** GET: one object, or a list in pages, in the requested form. */

import type { Cluster } from '../cluster/cluster.ts'
import { apiVersionOf, type Kind } from '../cluster/kinds.ts'
import type { ApiObject } from '../cluster/objects.ts'
import { badRequest, notFound, Refusal } from '../cluster/refusal.ts'
import { includeObjectOf, mismatch, type Representation } from './representation.ts'
import { namespaceOf, type RequestInfo } from './request.ts'
import { fieldMatcher, labelMatcher } from './selectors.ts'
import { partialMetadata, tableOf } from './tables/table.ts'

interface ContinueToken {
  v: string
  rv: number
  start: string
}

const KEPT_MOMENTS = 50
const EXPIRED =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.'

export class Reader {
  readonly #cluster: Cluster
  /** Lists that clients are paging through, by the revision at which they began: every page shows that moment. */
  #moments = new Map<string, ApiObject[]>()

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  /** From now on, continue tokens issued so far get 410 Expired. */
  expireContinueTokens(): void {
    this.#moments.clear()
  }

  get(info: RequestInfo, asked: Representation, query: URLSearchParams): object {
    const { kind, name } = info
    const object = this.#cluster.store.get(kind, namespaceOf(info), name ?? '')
    if (!object) throw notFound(kind, name ?? '')
    if (asked === 'partial-list') throw mismatch(asked, kind.kind)
    if (asked === 'partial') return partialMetadata(object)
    if (asked === 'json') return object
    const metadata = { resourceVersion: object.metadata.resourceVersion }
    return this.#table(kind, [object], query, metadata)
  }

  list(info: RequestInfo, asked: Representation, query: URLSearchParams): object {
    const { kind } = info
    if (asked === 'partial') throw mismatch(asked, kind.kind)
    const limit = limitOf(query)
    const token = query.get('continue')
    const start = token ? decodeToken(token) : undefined
    const revision = start && start.rv > 0 ? start.rv : this.#cluster.store.revision
    const matching = this.#moment(info, query, revision, start)
    const rest = start ? matching.filter(object => keyOf(object) >= start.start) : matching
    const page = limit > 0 ? rest.slice(0, limit) : rest
    const next = rest[page.length]
    const metadata = {
      resourceVersion: String(revision),
      ...(next && { continue: encodeToken(revision, next) }),
      ...(next && !isSelective(query) && { remainingItemCount: rest.length - page.length }),
    }
    if (next) this.#remember(momentKey(info, query, revision), matching)
    if (asked === 'table') return this.#table(kind, page, query, metadata)
    return asked === 'partial-list' ? partialList(page, metadata) : plainList(kind, page, metadata)
  }

  #remember(key: string, objects: ApiObject[]): void {
    this.#moments.set(key, objects)
    const [oldest] = this.#moments.keys()
    if (oldest !== undefined && this.#moments.size > KEPT_MOMENTS) this.#moments.delete(oldest)
  }

  #moment(info: RequestInfo, query: URLSearchParams, revision: number, start?: ContinueToken): ApiObject[] {
    const kept = this.#moments.get(momentKey(info, query, revision))
    if (kept) return kept
    if (start && start.rv > 0) throw expired(start)
    const fields = query.get('fieldSelector')
    const labels = query.get('labelSelector')
    const tests = [
      ...(fields ? [fieldMatcher(info.kind.kind, fields)] : []),
      ...(labels ? [labelMatcher(labels)] : []),
    ]
    const all = this.#cluster.store.list(info.kind, info.name ? undefined : namespaceOf(info))
    return all.filter(object => tests.every(test => test(object)))
  }

  #table(kind: Kind, objects: ApiObject[], query: URLSearchParams, metadata: object): object {
    return tableOf(kind.kind, objects, {
      include: includeObjectOf(query),
      now: this.#cluster.clock.now(),
      release: this.#cluster.stack.kubernetes,
      metadata,
    })
  }
}

const isSelective = (query: URLSearchParams) =>
  Boolean(query.get('fieldSelector') || query.get('labelSelector'))

const momentKey = (info: RequestInfo, query: URLSearchParams, revision: number) =>
  [info.kind.resource, info.namespace, query.get('fieldSelector'), query.get('labelSelector'), revision].join(
    '|',
  )

const keyOf = ({ metadata }: ApiObject) => `${metadata.namespace ?? ''}/${metadata.name}`

function limitOf(query: URLSearchParams): number {
  const text = query.get('limit') ?? '0'
  if (!/^[+-]?\d+$/.test(text))
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  return Number(text)
}

const encode = (token: ContinueToken) => Buffer.from(JSON.stringify(token)).toString('base64url')

const encodeToken = (rv: number, next: ApiObject) => encode({ v: 'meta.k8s.io/v1', rv, start: keyOf(next) })

function decodeToken(token: string): ContinueToken {
  const foreign = /[^A-Za-z0-9_-]/.exec(token)
  const bytes = Buffer.from(token, 'base64url')
  try {
    if (!foreign) return JSON.parse(bytes.toString()) as ContinueToken
  } catch {
    // Base64 of something other than JSON: refused below.
  }
  const first = JSON.stringify(String.fromCharCode(bytes[0] ?? 0)).slice(1, -1)
  const why = foreign
    ? `illegal base64 data at input byte ${foreign.index}`
    : `invalid character '${first.replace(/[\x7f-\xff]/, char => `\\u00${char.charCodeAt(0).toString(16)}`)}' looking for beginning of value`
  throw badRequest(`invalid continue token: continue key is not valid: ${why}`)
}

/** The 410 carries a token that continues from here in a newer state. */
const expired = (token: ContinueToken) =>
  new Refusal(410, 'Expired', EXPIRED, undefined, {}, { continue: encode({ ...token, rv: -1 }) })

const plainList = (kind: Kind, page: ApiObject[], metadata: object): object => ({
  kind: `${kind.kind}List`,
  apiVersion: apiVersionOf(kind),
  metadata,
  items: page.map(({ kind: _kind, apiVersion: _version, ...item }) => item),
})

const partialList = (page: ApiObject[], metadata: object): object => ({
  kind: 'PartialObjectMetadataList',
  apiVersion: 'meta.k8s.io/v1',
  metadata,
  items: page.map(partialMetadata),
})
