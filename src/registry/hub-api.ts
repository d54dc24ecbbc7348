/** Docker Hub's web API, which shows what is public there; the registry does not. It has its own limit and costs no pulls. */

import { isPathComponent } from '../image/reference.ts'
import { isObject, parseJsonObject } from '../json/json-object.ts'
import type { Connection } from './connection.ts'
import type { RegistryProblem } from './outcome.ts'
import { problemOf } from './problem.ts'

/** Its host, which is not a registry and serves no images. */
export const HUB_API_HOST = 'hub.docker.com'

export type PublicRepository =
  | { status: 'found' }
  /** No public repository has that name: it is missing or private. */
  | { status: 'not-found' }
  | RegistryProblem

export type PublicRepositories =
  | { status: 'found'; names: string[] }
  /** There is no such namespace, or nothing in it is public. */
  | { status: 'not-found' }
  | RegistryProblem

const PAGE_SIZE = 100
/** `library` has two pages. */
const MAX_PAGES = 5
/** A page has a hundred descriptions, a tag its images. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024

/** Requests are anonymous. Failures are data; throws only if the connection's signal is aborted. */
export class HubApi {
  readonly #connection: Connection
  readonly #endpoint: URL

  constructor(connection: Connection, endpoint: URL) {
    this.#connection = connection
    this.#endpoint = endpoint
  }

  /** Whether a repository, such as `library/nginx`, is public. */
  async repository(repository: string): Promise<PublicRepository> {
    const asked = await this.#get(pathOf(repository))
    return 'problem' in asked ? asked.problem : { status: asked.body === null ? 'not-found' : 'found' }
  }

  /** The names of a namespace's public repositories, without the namespace; at most MAX_PAGES pages. */
  async repositoriesOf(namespace: string): Promise<PublicRepositories> {
    const names: string[] = []
    for (let page = 1; page <= MAX_PAGES; page += 1) {
      const asked = await this.#get(
        `/v2/namespaces/${encodeURIComponent(namespace)}/repositories?page_size=${PAGE_SIZE}&page=${page}`,
      )
      if ('problem' in asked) return names.length > 0 ? { status: 'found', names } : asked.problem
      const results = listOf(asked.body?.results)
      names.push(...results.flatMap(({ name }) => (isName(name) ? name : [])))
      if (results.length < PAGE_SIZE) break
    }
    return names.length > 0 ? { status: 'found', names } : { status: 'not-found' }
  }

  /** The platforms of a public tag, such as `linux/arm64`; null if unknown. */
  async platforms(repository: string, tag: string): Promise<string[] | null> {
    const asked = await this.#get(`${pathOf(repository)}/tags/${encodeURIComponent(tag)}`)
    if ('problem' in asked || asked.body === null) return null
    const found = listOf(asked.body.images).flatMap(({ os, architecture, variant }) => {
      const parts = [os, architecture, ...(variant ? [variant] : [])]
      return parts.every(isWord) && os !== 'unknown' ? parts.join('/') : []
    })
    return found.length === 0 ? null : [...new Set(found)]
  }

  /** The JSON object in the answer; null for 404. */
  async #get(path: string): Promise<{ body: Record<string, unknown> | null } | { problem: RegistryProblem }> {
    const exchange = await this.#connection.send(
      {
        method: 'GET',
        url: new URL(path, this.#endpoint),
        headers: { accept: 'application/json' },
        maxBytes: MAX_PAGE_BYTES,
      },
      this.#endpoint,
    )
    if ('problem' in exchange) return exchange
    const { answer } = exchange
    if (answer.status === 404) return { body: null }
    const body = answer.status === 200 ? parseJsonObject(answer.body.toString('utf8')) : null
    if (body !== null) return { body }
    if (answer.status !== 200) return { problem: problemOf(answer, 'registry') }
    const detail = `${answer.url.host} answered without JSON`
    return { problem: { status: 'server-error', httpStatus: 200, detail } }
  }
}

function pathOf(repository: string): string {
  const [namespace = '', ...name] = repository.split('/')
  return `/v2/namespaces/${encodeURIComponent(namespace)}/repositories/${encodeURIComponent(name.join('/'))}`
}

function listOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

/** One component of a repository, by the grammar of references. */
function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 255 && isPathComponent(value)
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z0-9._]{1,20}$/.test(value)
}
