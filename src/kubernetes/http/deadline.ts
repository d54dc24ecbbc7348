/** Ends one request, including its waits and its body, when its time is up or its caller gives up. */

import type { Clock } from '../../clock.ts'

export class Deadline {
  readonly #clock: Clock
  readonly #tooLate: () => Error
  readonly #caller: AbortSignal | undefined
  readonly #ending = new AbortController()
  #ends = Number.POSITIVE_INFINITY
  /** The pending races. A promise that lives as long as the request would retain everything ever raced with it. */
  readonly #waiting = new Set<(reason: unknown) => void>()
  #callOff: () => void = () => {}
  // AbortSignal.any would do, but is slow, and a big cluster takes thousands of requests.
  readonly #giveUp = () => this.#abort(this.#caller?.reason)

  /** @param milliseconds 0 means no limit but the caller's signal */
  constructor(clock: Clock, milliseconds: number, tooLate: () => Error, caller?: AbortSignal) {
    this.#clock = clock
    this.#tooLate = tooLate
    this.#caller = caller
    this.renew(milliseconds)
    if (caller?.aborted) this.#giveUp()
    else caller?.addEventListener('abort', this.#giveUp)
  }

  /** Aborts with the caller's reason, or with the error from `tooLate`. */
  get signal(): AbortSignal {
    return this.#ending.signal
  }

  get left(): number {
    return this.#ends - this.#clock.now()
  }

  /** Restarts the time limit from now; 0 means no limit. */
  renew(milliseconds: number): void {
    this.#callOff()
    const bounded = milliseconds > 0
    this.#ends = bounded ? this.#clock.now() + milliseconds : Number.POSITIVE_INFINITY
    this.#callOff = bounded ? this.#clock.after(milliseconds, () => this.#abort(this.#tooLate())) : () => {}
  }

  /** The promise's outcome, unless the deadline comes first: then the signal's reason is thrown. */
  race<T>(promise: Promise<T>): Promise<T> {
    const { promise: outcome, resolve, reject } = Promise.withResolvers<T>()
    this.#waiting.add(reject)
    promise.then(resolve, reject).finally(() => this.#waiting.delete(reject))
    if (this.signal.aborted) reject(this.signal.reason)
    return outcome
  }

  sleep(milliseconds: number): Promise<void> {
    return this.#clock.sleep(milliseconds, this.signal)
  }

  /** Ends the request: after that, nothing aborts it. */
  end(): void {
    this.#callOff()
    this.#caller?.removeEventListener('abort', this.#giveUp)
  }

  #abort(reason: unknown): void {
    this.#ending.abort(reason)
    for (const reject of this.#waiting) reject(reason)
  }
}
