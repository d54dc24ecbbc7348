/** A registry that counts pulls like Docker Hub: tokens, manifests, blobs, quotas. Called in memory by the kubelet, or over plain HTTP. */

import type { Clock } from '../cluster/clock.ts'
import {
  challenge,
  contentAnswer,
  errorAnswer,
  type HubRequest,
  type HubResponse,
  jsonAnswer,
  manifestUnknown,
  plainAnswer,
  tagPage,
  tooManyPulls,
} from './answers.ts'
import { Catalog, type Repository } from './catalog.ts'
import { hubApiAnswer } from './hub-api.ts'
import type { Image, ImageDraft } from './image.ts'
import { HubListener } from './listener.ts'
import { type Limit, type Pull, Quota } from './quota.ts'
import { type Account, type Grant, TokenServer } from './tokens.ts'

export interface HubOptions {
  clock: Clock
  /** Default: registry.docker.io. */
  service?: string
  /** For anonymous pulls, by IP address; null: unlimited. Default: 100 pulls in 6 hours. */
  anonymousLimit?: Limit | null
}

interface HubLogEntry {
  method: string
  path: string
  /** Account, or `anonymous`. */
  user: string
  status: number
}

/** The response to every request while the registry is failing. */
export type Trouble = 500 | 502 | 503 | 504 | 'abuse'

const SIX_HOURS = 6 * 3600

export class Hub extends HubListener {
  readonly quota = new Quota()
  readonly requests: HubLogEntry[] = []
  /** Set it to make every /v2/ request fail; null ends the failure. */
  trouble: Trouble | null = null
  anonymousLimit: Limit | null
  readonly #clock: Clock
  readonly #service: string
  #tokens = new TokenServer()
  #catalog = new Catalog()

  constructor(options: HubOptions) {
    super()
    this.#clock = options.clock
    this.#service = options.service ?? 'registry.docker.io'
    this.anonymousLimit =
      options.anonymousLimit === undefined ? { pulls: 100, window: SIX_HOURS } : options.anonymousLimit
  }

  /** Pulls that counted, oldest first. */
  get pulls(): Pull[] {
    return this.quota.pulls
  }

  addAccount(account: Account): void {
    this.#tokens.add(account)
  }

  /** Adds the image under its tags and digests. */
  addImage(draft: ImageDraft): Image {
    return this.#catalog.add(draft)
  }

  /** Leaves the account, or anonymous clients at that IP address, `keep` pulls. */
  exhaust(identity: string, keep = 0): void {
    const account = this.#tokens.account(identity)
    const limit = account ? limitOf(account) : this.anonymousLimit
    if (limit) this.quota.exhaust(identity, limit, this.#clock.now(), keep)
  }

  /** Answers one request; every response is logged. */
  handle(request: HubRequest): HubResponse {
    const grant = this.#tokens.grantOf(request)
    const response = this.#answer(request, grant)
    const user = grant?.account?.name ?? 'anonymous'
    this.requests.push({ method: request.method, path: request.path, user, status: response.status })
    return request.method === 'HEAD'
      ? { ...response, body: Buffer.alloc(0), headers: sized(response) }
      : response
  }

  #answer(request: HubRequest, grant: Grant | undefined): HubResponse {
    if (request.path === '/token')
      return this.#tokens.issue(request, this.#clock.now(), (name, user) => this.#catalog.mayPull(name, user))
    const answer = hubApiAnswer(request, this.#catalog)
    if (answer) return answer
    if (this.trouble === 'abuse') return plainAnswer(429, 'Too Many Requests (HAP429).\n')
    if (this.trouble) return plainAnswer(this.trouble, `${this.trouble} upstream error\n`)
    if (!['GET', 'HEAD'].includes(request.method))
      return errorAnswer(405, 'UNSUPPORTED', 'The operation is unsupported.')
    if (request.path === '/v2/' || request.path === '/v2')
      return grant ? jsonAnswer(200, {}) : challenge(request.origin, this.#service, '', false)
    const match = /^\/v2\/(.+)\/(manifests|blobs|tags)\/([^/]+)$/.exec(request.path)
    if (!match) return plainAnswer(404, '404 page not found\n')
    const [, name = '', what, reference = ''] = match
    if (!grant) return challenge(request.origin, this.#service, name, false)
    const repository = this.#catalog.repository(name)
    if (!repository || !grant.repositories.has(name))
      return challenge(request.origin, this.#service, name, true)
    if (what === 'manifests') return this.#manifest(request, grant, repository, name, reference)
    if (what === 'tags') return tagPage(request, name, [...repository.tags.keys()])
    const blob = repository.blobs.get(reference)
    return blob ? contentAnswer(blob, {}) : errorAnswer(404, 'BLOB_UNKNOWN', 'blob unknown to registry')
  }

  #manifest(
    request: HubRequest,
    grant: Grant,
    repository: Repository,
    name: string,
    reference: string,
  ): HubResponse {
    const found = repository.tags.get(reference) ?? repository.manifests.get(reference)
    if (!found) return manifestUnknown(reference)
    const { account } = grant
    const limit = account ? limitOf(account) : this.anonymousLimit
    if (!limit || repository.unmetered) return contentAnswer(found, {})
    const now = this.#clock.now()
    const identity = account?.name ?? request.ip
    const counts = request.method === 'GET' && !repository.parts.has(found.digest)
    const left = this.quota.remaining(identity, limit, now)
    if (request.method === 'GET' && left === 0 && counts)
      return tooManyPulls(account?.name ?? null, quotaHeaders(limit, 0, identity))
    if (counts) this.quota.count({ identity, anonymous: !account, repository: name, reference, at: now })
    return contentAnswer(found, quotaHeaders(limit, counts ? left - 1 : left, identity))
  }
}

const limitOf = (account: Account): Limit | null =>
  account.limit === undefined ? { pulls: 200, window: SIX_HOURS } : account.limit

const quotaHeaders = ({ pulls, window }: Limit, left: number, source: string) => ({
  'ratelimit-limit': `${pulls};w=${window}`,
  'ratelimit-remaining': `${left};w=${window}`,
  'docker-ratelimit-source': source,
})

const sized = (response: HubResponse) => ({
  ...response.headers,
  'content-length': String(response.body.length),
})
