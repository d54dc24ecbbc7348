/** Runs one request until it is answered: with a timeout, with safe retries, and with a notice if the first answer takes long. */

import type { Clock } from '../../clock.ts'
import { chunksOf, errorBodyOf } from '../http/body.ts'
import type { Connection, HttpResponse } from '../http/connection.ts'
import { Deadline } from '../http/deadline.ts'
import { ApiError } from './api-error.ts'
import { type ApiRequest, isUnsafePath } from './api-request.ts'
import { asApiError, canRepeat, loginTimeout, notFoundError, timeoutError } from './failed-requests.ts'
import { refusalOf, retryDelay } from './status-refusal.ts'

/** Milliseconds after which an empty screen makes people wonder. */
const NOTICEABLE = 1000
const GRACE = 100

class FirstAnswer {
  readonly #clock: Clock
  readonly #say: () => void
  /** The server has answered, or the notice was given. */
  #isSettled = false

  constructor(clock: Clock, say: () => void) {
    this.#clock = clock
    this.#say = say
  }

  /** Starts a wait. @returns a function that ends it, whether or not there was an answer */
  await(): () => void {
    if (this.#isSettled) return () => {}
    const say = () => {
      if (!this.#isSettled) this.#say()
      this.#isSettled = true
    }
    // In two steps: if this process was busy, an answer that has already arrived is read before the second step.
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

/** Collects the warnings of all responses from a server. */
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

/** Removes secrets from a text. */
export type Redactor = (text: string) => string

export interface ExchangeOptions {
  /** For a request with its retries and its whole response; 0 means no limit. One minute if absent. */
  requestTimeoutMs?: number
  /** Receives one line per request: method, address, status, time. Never a header or a body. */
  verbose?: (line: string) => void
  /** Called once if the first answer takes long. */
  onWait?: (server: string, context: string | null) => void
  clock: Clock
}

/** Reads the body of a 2xx response. */
type ReadBody<T> = (chunks: AsyncIterable<Uint8Array>) => Promise<T>

/** The same for a body that has no end; `stillThere` reports that the server was heard from. */
type ReadStream<T> = (chunks: AsyncIterable<Uint8Array>, stillThere: () => void) => Promise<T>

/** Also the longest wait before a retry if requests have no limit. */
const DEFAULT_TIMEOUT = 60_000

/** In milliseconds. */
const SAME_TIME = 2_000

export class Exchange {
  readonly connection: Connection
  readonly warnings = new Warnings()
  /** How far the server's clock is ahead of ours, in milliseconds, by the newest response with a Date. */
  #ahead = 0
  readonly #options: ExchangeOptions
  readonly #clock: Clock
  readonly #first: FirstAnswer
  readonly #redactors: Redactor[] = []

  constructor(connection: Connection, options: ExchangeOptions) {
    this.connection = connection
    this.#options = options
    this.#clock = options.clock
    this.#first = new FirstAnswer(options.clock, () =>
      options.onWait?.(connection.server, connection.context),
    )
  }

  /**
   * Removes more secrets than the connection's own from the server's messages and warnings from now on: an admission webhook may quote
   * what a request contains.
   */
  redactWith(redactor: Redactor): void {
    this.#redactors.push(redactor)
  }

  #redacted(text: string): string {
    return this.#redactors.reduce((rest, redactor) => redactor(rest), text)
  }

  /** Milliseconds since 1970 by the server's clock; by ours until a response has a Date. */
  get serverNow(): number {
    return this.#clock.now() + this.#ahead
  }

  /**
   * Sends the request until a 2xx response arrives, and returns the result of `read`.
   * @throws ApiError; UnreachableError if the server can't be reached or accepts no credential; the signal's reason
   */
  run<T>(request: ApiRequest, read: ReadBody<T>): Promise<T> {
    return this.#run(request, read)
  }

  /**
   * The same for an endless response: the request's timeout limits the wait for its start, and `silence` each wait for more of it.
   * @param silence in milliseconds
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
      if (deadline.signal.aborted) throw deadline.signal.reason
      const failure = asApiError(request, error)
      if (failure instanceof ApiError) failure.message = this.#redacted(failure.message)
      throw failure
    } finally {
      deadline.end()
    }
  }

  /** A Date has whole seconds and was in transit for some time, so a smaller difference counts as none. @param date in milliseconds since 1970; NaN without one */
  #compareClocks(date: number): void {
    const ahead = date - this.#clock.now()
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
      this.warnings.collect(response.headers.warning, text => this.#redacted(this.connection.redact(text)))
      return response
    } catch (error) {
      log('failed')
      throw error
    } finally {
      stopWaiting()
    }
  }
}
