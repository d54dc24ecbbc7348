/** One request until it is answered: sent, waited for within its time, sent again where that can do no harm. */

import type { Ask } from './ask.ts'
import { leadsAstray } from './ask.ts'
import { chunksOf, errorTextOf } from './body.ts'
import { type Clock, systemClock } from './clock.ts'
import type { Connection, HttpResponse } from './connection.ts'
import { Deadline } from './deadline.ts'
import { asApiError, CutOff, isReset, lateError, lateLogin, nothingThere } from './failures.ts'
import { refusalOf } from './refusal.ts'
import { waitBefore } from './retry.ts'
import { Warnings } from './warnings.ts'

export interface ExchangeOptions {
  /** For a request with its waits and its whole answer; 0 means no limit. One minute if left out. */
  requestTimeoutMs?: number
  /** Takes one line a request: method, address, status, time. Never a header or a body. */
  verbose?: (line: string) => void
  clock?: Clock
}

/** Makes something of the body of a 2xx answer. */
export type ReadBody<T> = (chunks: AsyncIterable<Uint8Array>) => Promise<T>

/** Also the longest that one wait may be where requests have no limit. */
const DEFAULT_TIMEOUT = 60_000

export class Exchange {
  readonly connection: Connection
  readonly warnings = new Warnings()
  readonly #options: ExchangeOptions
  readonly #clock: Clock

  constructor(connection: Connection, options: ExchangeOptions) {
    this.connection = connection
    this.#options = options
    this.#clock = options.clock ?? systemClock
  }

  /**
   * Sends until a 2xx comes, and gives what `read` makes of it.
   * @throws ApiError; UnreachableError where the server can't be reached or takes no credential; the signal's reason
   */
  async run<T>(ask: Ask, read: ReadBody<T>): Promise<T> {
    ask.signal?.throwIfAborted()
    if (leadsAstray(ask.path)) throw nothingThere(ask)
    const limit = this.#options.requestTimeoutMs ?? DEFAULT_TIMEOUT
    const deadline = new Deadline(this.#clock, limit, () => this.#late(ask, limit), ask.signal)
    try {
      return await this.#persist(ask, deadline, read)
    } catch (error) {
      throw deadline.signal.aborted ? deadline.signal.reason : asApiError(ask, error)
    } finally {
      deadline.end()
    }
  }

  #late(ask: Ask, limit: number): Error {
    return this.connection.loggingIn ? lateLogin(ask, limit) : lateError(ask, limit)
  }

  async #persist<T>(ask: Ask, deadline: Deadline, read: ReadBody<T>): Promise<T> {
    let broken = 0
    for (let refusals = 0; ; ) {
      let response: HttpResponse | undefined
      try {
        response = await this.#send(ask, deadline)
        const chunks = chunksOf(response, deadline)
        if (response.status >= 200 && response.status < 300) return await read(chunks)
        const error = refusalOf(ask, this.connection, response, await errorTextOf(chunks))
        const wait = waitBefore(ask, response, refusals++, this.#clock.now())
        if (wait === null || wait >= Math.min(deadline.left, DEFAULT_TIMEOUT)) throw error
        await deadline.sleep(wait)
      } catch (error) {
        if (!mayRepeat(ask, error, response !== undefined) || broken++ > 0) throw error
      }
    }
  }

  async #send(ask: Ask, deadline: Deadline): Promise<HttpResponse> {
    const { method, path, headers, body } = ask
    const began = this.#clock.now()
    const tell = (what: string | number) =>
      this.#options.verbose?.(
        `${method} ${this.connection.server}${path} ${what} in ${Math.round(this.#clock.now() - began)} ms`,
      )
    const request = { method, path, headers, ...(body !== undefined && { body }), signal: deadline.signal }
    try {
      const response = await deadline.race(this.connection.send(request))
      tell(response.status)
      this.warnings.collect(response.headers.warning)
      return response
    } catch (error) {
      tell('failed')
      throw error
    }
  }
}

/** A broken connection is tried once more, unless something was done or shown already. */
function mayRepeat({ kind }: Ask, error: unknown, answered: boolean): boolean {
  if (kind === 'write' || (kind === 'stream' && answered)) return false
  return error instanceof CutOff || isReset(error)
}
