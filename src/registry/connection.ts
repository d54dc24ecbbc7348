/** One HTTP request to a registry: timeout, size limit, redirects under the network rules, failures as data. */

import type { Dispatcher } from 'undici'
import type { Clock } from '../clock.ts'
import { codedError } from '../network/error-code.ts'
import { readUpTo } from '../network/read-up-to.ts'
import { visitRefusal } from './network-rules.ts'
import type { RegistryProblem, UnreachableReason } from './outcome.ts'
import { type OwnAuthority, Pools } from './pools.ts'

export type ResponseHeaders = Record<string, string | string[] | undefined>

export interface RegistryRequest {
  method: 'GET' | 'HEAD' | 'POST'
  url: URL
  headers: Record<string, string>
  body?: string
  /** In bytes; 64 KiB by default. A longer answer is a failure. */
  maxBytes?: number
}

export interface RegistryAnswer {
  status: number
  headers: ResponseHeaders
  body: Buffer
  /** Where the answer came from, after redirects. */
  url: URL
  /** When it arrived: milliseconds since 1970. */
  at: number
  /** Whether a redirect led to another origin, where Authorization was not sent. */
  crossedOrigin: boolean
}

type Unreachable = Extract<RegistryProblem, { status: 'unreachable' }>
export type Exchange = { answer: RegistryAnswer } | { problem: Unreachable }

export interface ConnectionOptions {
  /** HTTPS_PROXY and NO_PROXY are read from it. */
  env: Record<string, string | undefined>
  /** `pullguard/<version>`. */
  userAgent: string
  clock: Clock
  /** Milliseconds for one request with its redirects; 20 s by default. */
  timeoutMs?: number
  signal?: AbortSignal
  /** For a host whose certificate is not signed by a public authority. */
  ownAuthority?: OwnAuthority
  /** Used for all requests instead of the connection's own pools; the connection closes it. */
  dispatcher?: Dispatcher
}

/** What is needed to send requests to a registry. */
export type Sender = Pick<Connection, 'send' | 'clock'>

const MAX_REDIRECTS = 5
const DEFAULT_MAX_BYTES = 64 * 1024

/** The pooled connections to registries. Throws the signal's reason if it is aborted; other failures are data. */
export class Connection {
  readonly clock: Clock
  readonly #pools: Pools
  readonly #options: ConnectionOptions

  constructor(options: ConnectionOptions) {
    this.clock = options.clock
    this.#options = options
    this.#pools = new Pools(options.env, options.ownAuthority)
  }

  /**
   * Sends the request and follows redirects of GET and HEAD. Each target is checked against `endpoint` (the registry's own URL), and
   * Authorization is dropped as soon as scheme, host, or port change. A POST has a secret in its body and is never redirected.
   */
  async send(request: RegistryRequest, endpoint: URL): Promise<Exchange> {
    const timeout = new AbortController()
    const cancel = this.clock.after(this.#options.timeoutMs ?? 20_000, () =>
      timeout.abort(new RequestTimeout()),
    )
    const given = this.#options.signal
    const signal = given ? AbortSignal.any([given, timeout.signal]) : timeout.signal
    let { url } = request
    let headers = request.headers
    let crossedOrigin = false
    try {
      for (let hops = 0; hops <= MAX_REDIRECTS; hops += 1) {
        const answer = await this.#once({ ...request, url, headers }, signal)
        const target = request.method === 'POST' ? null : redirectTarget(answer)
        if (target === null) return { answer: { ...answer, crossedOrigin } }
        const refusal = visitRefusal(target, endpoint)
        if (refusal !== null)
          return unreachable('refused', url, `redirects to ${target.host}, but ${refusal}`)
        if (target.origin !== url.origin) {
          headers = withoutAuthorization(headers)
          crossedOrigin = true
        }
        url = target
      }
      return unreachable('refused', url, 'redirects without end')
    } catch (error) {
      given?.throwIfAborted()
      if (error instanceof AnswerTooLong) return unreachable('malformed', url, 'the answer is too long')
      const code = failureName(error)
      return unreachable(reasonFor(code), url, this.#proxied(url, code))
    } finally {
      cancel()
    }
  }

  /** The error code, followed by the proxy's host without its password if the failure may be the proxy's. */
  #proxied(url: URL, code: string): string {
    const proxy = this.#pools.proxyTo(url)
    return proxy === null ? code : `${code} on the way through the proxy ${proxy.host}`
  }

  async #once(request: RegistryRequest, signal: AbortSignal): Promise<DirectAnswer> {
    const { method, url, body } = request
    const response = await (this.#options.dispatcher ?? this.#pools.to(url)).request({
      origin: url.origin,
      path: url.pathname + url.search,
      method,
      headers: { 'user-agent': this.#options.userAgent, ...request.headers },
      ...(body === undefined ? {} : { body }),
      signal,
    })
    const bytes = await readUpTo(response.body, request.maxBytes ?? DEFAULT_MAX_BYTES)
    if (bytes === null) throw new AnswerTooLong()
    return { status: response.statusCode, headers: response.headers, body: bytes, url, at: this.clock.now() }
  }

  close(): Promise<void> {
    return (this.#options.dispatcher ?? this.#pools).close()
  }
}

type DirectAnswer = Omit<RegistryAnswer, 'crossedOrigin'>

class AnswerTooLong extends Error {}

class RequestTimeout extends Error {
  readonly code = 'timeout'
}

function redirectTarget(answer: DirectAnswer): URL | null {
  const { location } = answer.headers
  if (![301, 302, 303, 307, 308].includes(answer.status) || typeof location !== 'string') return null
  return URL.canParse(location, answer.url.href) ? new URL(location, answer.url) : null
}

function withoutAuthorization(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'authorization'))
}

function unreachable(why: UnreachableReason, url: URL, detail: string): { problem: Unreachable } {
  return { problem: { status: 'unreachable', why, detail: `${url.host}: ${detail}` } }
}

/** The error's code only: messages of HTTP errors may quote what was sent. */
function failureName(error: unknown): string {
  return codedError(error)?.code ?? 'unknown failure'
}

function reasonFor(code: string): UnreachableReason {
  if (/^(ENOTFOUND|EAI_|ENODATA)/.test(code)) return 'dns'
  if (/timeout|^ETIMEDOUT|_TIMEOUT$/.test(code)) return 'timeout'
  if (/CERT|^ERR_(TLS|SSL)|SIGNATURE|^EPROTO$/.test(code)) return 'tls'
  if (/^UND_ERR_(PRX|ABORTED)/.test(code)) return 'proxy'
  return /^(HPE_|UND_ERR_(RES|INVALID))/.test(code) ? 'malformed' : 'connection'
}
