/** Runs one request until it is answered: with a timeout, with retries where that is safe, and with a word where the first answer takes long. */

import type { Clock } from '../../clock.ts'
import { retryAfter } from '../../network/retry-after.ts'
import { CutOff, chunksOf, errorBodyOf } from '../http/body.ts'
import type { Connection, HttpResponse } from '../http/connection.ts'
import { Deadline } from '../http/deadline.ts'
import { type ApiRequest, isUnsafePath } from './api-request.ts'
import { asApiError, isReset, loginTimeout, notFoundError, timeoutError } from './failures.ts'
import { refusalOf } from './status-refusal.ts'

/** Milliseconds after which somebody who looks at an empty screen wonders. */
const NOTICEABLE = 1000
const GRACE = 100

export class FirstAnswer {
  readonly #clock: Clock
  readonly #say: () => void
  /** The server has answered, or it was said that it is waited for. */
  #isSettled = false

  constructor(clock: Clock, say: () => void) {
    this.#clock = clock
    this.#say = say
  }

  /** Begins a wait. @returns what ends it, whether there was an answer or not */
  await(): () => void {
    if (this.#isSettled) return () => {}
    const say = () => {
      if (!this.#isSettled) this.#say()
      this.#isSettled = true
    }
    // In two steps: where this process was busy, an answer that has arrived is read before the second one.
    let cancel = this.#clock.after(NOTICEABLE - GRACE, () => {
      cancel = this.#clock.after(GRACE, say)
    })
    return () => {
      cancel()
      this.#isSettled = true
    }
  }
}

const WARNING = /\d{3} \S+ "((?:[^"\\]|\\.)*)"/g

/** API servers cut each warning at 256 characters and all of a response at 4,096 (apiserver's warning recorder). */
const MAX_WARNING_LENGTH = 1024
const MAX_WARNINGS = 100

/** Collects them over all answers of a server. */
class Warnings {
  readonly #texts = new Set<string>()

  /** One header may carry several warnings, and an answer several headers. */
  collect(header: string | string[] | undefined, clean: (text: string) => string): void {
    for (const line of [header ?? []].flat()) {
      for (const [, quoted = ''] of line.matchAll(WARNING)) this.#note(clean(quoted.replace(/\\(.)/g, '$1')))
    }
  }

  #note(text: string): void {
    if (this.#texts.size < MAX_WARNINGS) this.#texts.add(text.slice(0, MAX_WARNING_LENGTH))
  }

  all(): string[] {
    return [...this.#texts]
  }
}

export interface ExchangeOptions {
  /** For a request with its retries and its whole response; 0 means no limit. One minute if left out. */
  requestTimeoutMs?: number
  /** Receives one line per request: method, address, status, time. Never a header or a body. */
  verbose?: (line: string) => void
  /** Called once where the first answer takes long. */
  onWait?: (server: string, context: string | null) => void
  clock: Clock
}

/** Reads the body of a 2xx response. */
export type ReadBody<T> = (chunks: AsyncIterable<Uint8Array>) => Promise<T>

/** The same of one that goes on and on; `stillThere` says that the server has been heard of. */
type ReadStream<T> = (chunks: AsyncIterable<Uint8Array>, stillThere: () => void) => Promise<T>

/** Also the longest wait before a retry if requests have no limit. */
const DEFAULT_TIMEOUT = 60_000

/** Milliseconds. */
const SAME_TIME = 2_000

export class Exchange {
  readonly connection: Connection
  readonly warnings = new Warnings()
  /** How far the server's clock is ahead of ours, in milliseconds, by the newest answer that says what time it is there. */
  #ahead = 0
  readonly #options: ExchangeOptions
  readonly #clock: Clock
  readonly #first: FirstAnswer

  constructor(connection: Connection, options: ExchangeOptions) {
    this.connection = connection
    this.#options = options
    this.#clock = options.clock
    this.#first = new FirstAnswer(options.clock, () =>
      options.onWait?.(connection.server, connection.context),
    )
  }

  /** Milliseconds since 1970 as the server's clock has them; ours until an answer has told. */
  get serverNow(): number {
    return this.#clock.now() + this.#ahead
  }

  /**
   * Sends the request until a 2xx response arrives, and returns what `read` makes of it.
   * @throws ApiError; UnreachableError where the server can't be reached or takes no credential; the signal's reason
   */
  run<T>(request: ApiRequest, read: ReadBody<T>): Promise<T> {
    return this.#run(request, read)
  }

  /**
   * The same for an answer without an end of its own: the request's time bounds its beginning, and `silence` each wait for more of it.
   * @param silence milliseconds
   */
  follow<T>(request: ApiRequest, silence: number, read: ReadStream<T>): Promise<T> {
    return this.#run(request, (chunks, deadline) => {
      deadline.renew(silence)
      return read(chunks, () => deadline.renew(silence))
    })
  }

  async #run<T>(
    request: ApiRequest,
    read: (chunks: AsyncIterable<Uint8Array>, deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    request.signal?.throwIfAborted()
    if (isUnsafePath(request.path)) throw notFoundError(request)
    const limit = this.#options.requestTimeoutMs ?? DEFAULT_TIMEOUT
    const deadline = new Deadline(this.#clock, limit, () => this.#timeout(request, limit), request.signal)
    try {
      return await this.#persist(request, deadline, read)
    } catch (error) {
      throw deadline.signal.aborted ? deadline.signal.reason : asApiError(request, error)
    } finally {
      deadline.end()
    }
  }

  /** A Date says whole seconds and was on its way for some time: what differs by less is the same. @param told NaN where nothing was */
  #compareClocks(told: number): void {
    const ahead = told - this.#clock.now()
    if (Math.abs(ahead - this.#ahead) > SAME_TIME) this.#ahead = ahead
  }

  #timeout(request: ApiRequest, limit: number): Error {
    return this.connection.loggingIn ? loginTimeout(request, limit) : timeoutError(request, limit)
  }

  async #persist<T>(
    request: ApiRequest,
    deadline: Deadline,
    read: (chunks: AsyncIterable<Uint8Array>, deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    let broken = 0
    for (let refusals = 0; ; ) {
      let response: HttpResponse | undefined
      try {
        response = await this.#send(request, deadline)
        const chunks = chunksOf(response, deadline)
        if (response.status >= 200 && response.status < 300) return await read(chunks, deadline)
        const error = refusalOf(request, this.connection, response, await errorBodyOf(chunks))
        const wait = retryDelay(request, response, refusals++, this.#clock.now())
        if (wait === null || wait >= Math.min(deadline.left, DEFAULT_TIMEOUT)) throw error
        await deadline.sleep(wait)
      } catch (error) {
        if (!canRepeat(request, error, response !== undefined) || broken++ > 0) throw error
      }
    }
  }

  async #send(request: ApiRequest, deadline: Deadline): Promise<HttpResponse> {
    const { method, path, headers, body } = request
    const began = this.#clock.now()
    const log = (what: string | number) =>
      this.#options.verbose?.(
        `${method} ${this.connection.server}${path} ${what} in ${Math.round(this.#clock.now() - began)} ms`,
      )
    const stopWaiting = this.#first.await()
    const sent = { method, path, headers, ...(body !== undefined && { body }), signal: deadline.signal }
    try {
      const response = await deadline.race(this.connection.send(sent))
      log(response.status)
      this.#compareClocks(Date.parse(String(response.headers.date ?? '')))
      this.warnings.collect(response.headers.warning, text => this.connection.withoutSecrets(text))
      return response
    } catch (error) {
      log('failed')
      throw error
    } finally {
      stopWaiting()
    }
  }
}

/** A request whose connection broke is retried once, unless it is a write or part of the response was already used. */
function canRepeat({ kind }: ApiRequest, error: unknown, answered: boolean): boolean {
  if (kind === 'write' || (kind === 'stream' && answered)) return false
  return error instanceof CutOff || isReset(error)
}

/** Statuses of gateways, and of servers that start or stop; a 500 is transient only with Retry-After. */
const TRANSIENT = [429, 502, 503, 504]
const FIRST_WAIT = 1000
/** Doubled with each refusal, so that a server that always sends `Retry-After: 0` is asked less and less often. */
const SHORTEST_WAIT = 100

/**
 * Milliseconds to wait before a retry, or null if the response is final. A write is retried only if the server rejected it before handling
 * it: 429 or 503 with Retry-After (priority and fairness, or a server that is not ready).
 * @param failures the number of refusals so far
 */
function retryDelay(
  request: ApiRequest,
  response: HttpResponse,
  failures: number,
  now: number,
): number | null {
  const { status, headers } = response
  const requested = retryAfter(headers['retry-after'], now)
  const wait = requested === null ? null : Math.max(requested, SHORTEST_WAIT * 2 ** failures)
  if (status === 429 && request.final429) return null
  if (request.kind === 'write') return status === 429 || status === 503 ? wait : null
  if (wait !== null && (TRANSIENT.includes(status) || status === 500)) return wait
  return TRANSIENT.includes(status) ? FIRST_WAIT * 2 ** failures : null
}
