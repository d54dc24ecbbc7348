/** One request until it is answered: sent, waited for within its time, sent again where that can do no harm. */

import type { Clock } from '../../clock.ts'
import { CutOff, chunksOf, errorBodyOf } from '../http/body.ts'

import type { Connection, HttpResponse } from '../http/connection.ts'
import { Deadline } from '../http/deadline.ts'
import { type ApiRequest, leadsAstray } from './api-request.ts'
import { asApiError, isReset, lateError, lateLogin, nothingThere } from './failures.ts'
import { waitBefore } from './retry.ts'
import { refusalOf } from './status-refusal.ts'

export interface ExchangeOptions {
  /** For a request with its waits and its whole answer; 0 means no limit. One minute if left out. */
  requestTimeoutMs?: number
  /** Takes one line a request: method, address, status, time. Never a header or a body. */
  verbose?: (line: string) => void
  clock: Clock
}

/** Makes something of the body of a 2xx answer. */
export type ReadBody<T> = (chunks: AsyncIterable<Uint8Array>) => Promise<T>

/** The same of one that goes on and on; `stillThere` says that the server has been heard of. */
type ReadStream<T> = (chunks: AsyncIterable<Uint8Array>, stillThere: () => void) => Promise<T>

/** Also the longest that one wait may be where requests have no limit. */
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

  constructor(connection: Connection, options: ExchangeOptions) {
    this.connection = connection
    this.#options = options
    this.#clock = options.clock
  }

  /** Milliseconds since 1970 as the server's clock has them; ours until an answer has told. */
  get serverNow(): number {
    return this.#clock.now() + this.#ahead
  }

  /**
   * Sends until a 2xx comes, and gives what `read` makes of it.
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
    if (leadsAstray(request.path)) throw nothingThere(request)
    const limit = this.#options.requestTimeoutMs ?? DEFAULT_TIMEOUT
    const deadline = new Deadline(this.#clock, limit, () => this.#late(request, limit), request.signal)
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

  #late(request: ApiRequest, limit: number): Error {
    return this.connection.loggingIn ? lateLogin(request, limit) : lateError(request, limit)
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
        const wait = waitBefore(request, response, refusals++, this.#clock.now())
        if (wait === null || wait >= Math.min(deadline.left, DEFAULT_TIMEOUT)) throw error
        await deadline.sleep(wait)
      } catch (error) {
        if (!mayRepeat(request, error, response !== undefined) || broken++ > 0) throw error
      }
    }
  }

  async #send(request: ApiRequest, deadline: Deadline): Promise<HttpResponse> {
    const { method, path, headers, body } = request
    const began = this.#clock.now()
    const tell = (what: string | number) =>
      this.#options.verbose?.(
        `${method} ${this.connection.server}${path} ${what} in ${Math.round(this.#clock.now() - began)} ms`,
      )
    const sent = { method, path, headers, ...(body !== undefined && { body }), signal: deadline.signal }
    try {
      const response = await deadline.race(this.connection.send(sent))
      tell(response.status)
      this.#compareClocks(Date.parse(String(response.headers.date ?? '')))
      this.warnings.collect(response.headers.warning, text => this.connection.withoutSecrets(text))
      return response
    } catch (error) {
      tell('failed')
      throw error
    }
  }
}

/** A broken connection is tried once more, unless something was done or shown already. */
function mayRepeat({ kind }: ApiRequest, error: unknown, answered: boolean): boolean {
  if (kind === 'write' || (kind === 'stream' && answered)) return false
  return error instanceof CutOff || isReset(error)
}

const WARNING = /\d{3} \S+ "((?:[^"\\]|\\.)*)"/g

/** API servers cut one at 256 characters and all of an answer at 4,096 (apiserver's warning recorder); others need not be told in full. */
const LONGEST_WARNING = 1024
const MOST_WARNINGS = 100

/** The server's Warning headers (RFC 7234, 5.5: `299 - "text"`), each text once. */
class Warnings {
  readonly #texts = new Set<string>()

  /** One header may carry several warnings, and an answer several headers. */
  collect(header: string | string[] | undefined, clean: (text: string) => string): void {
    for (const line of [header ?? []].flat()) {
      for (const [, quoted = ''] of line.matchAll(WARNING)) this.#note(clean(quoted.replace(/\\(.)/g, '$1')))
    }
  }

  #note(text: string): void {
    if (this.#texts.size < MOST_WARNINGS) this.#texts.add(text.slice(0, LONGEST_WARNING))
  }

  all(): string[] {
    return [...this.#texts]
  }
}
