/** Ends one request, including its waits and its body, when its time is up or its caller gives up. */

import type { Clock } from '../../clock.ts'

export class Deadline {
  /** Aborts with the caller's reason, or with the error from `tooLate`. */
  readonly signal: AbortSignal
  readonly #clock: Clock
  #ends = Number.POSITIVE_INFINITY
  /** The pending races. A promise that lives as long as the request would retain everything ever raced with it. */
  readonly #waiting = new Set<(reason: unknown) => void>()
  readonly #late = new AbortController()
  readonly #tooLate: () => Error
  #callOff: () => void = () => {}
  readonly #stop: () => void

  /** @param milliseconds 0 means no limit but the caller's signal */
  constructor(clock: Clock, milliseconds: number, tooLate: () => Error, caller?: AbortSignal) {
    this.#clock = clock
    this.#tooLate = tooLate
    this.signal = caller ? AbortSignal.any([caller, this.#late.signal]) : this.#late.signal
    this.renew(milliseconds)
    this.#stop = () => {
      for (const reject of this.#waiting) reject(this.signal.reason)
    }
    this.signal.addEventListener('abort', this.#stop)
  }

  get left(): number {
    return this.#ends - this.#clock.now()
  }

  /** Restarts the time limit from now; 0 means no limit. */
  renew(milliseconds: number): void {
    this.#callOff()
    const bounded = milliseconds > 0
    this.#ends = bounded ? this.#clock.now() + milliseconds : Number.POSITIVE_INFINITY
    this.#callOff = bounded
      ? this.#clock.after(milliseconds, () => this.#late.abort(this.#tooLate()))
      : () => {}
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
    this.signal.removeEventListener('abort', this.#stop)
  }
}
