/** Ends one request, its waits and its body included, when its time is up or its caller gives up. */

/** Time as the conversation with a server needs it, so that tests wait for nothing. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Calls once after so many milliseconds; the function returned calls it off. */
  after(milliseconds: number, call: () => void): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, call) {
    const timer = setTimeout(call, milliseconds)
    return () => clearTimeout(timer)
  },
}

export class Deadline {
  /** Aborts with the caller's reason, or with what `tooLate` makes. */
  readonly signal: AbortSignal
  readonly #clock: Clock
  readonly #ends: number
  /** Those who wait now. A promise that lives as long as the request would hold on to everything ever raced with it. */
  readonly #waiting = new Set<(reason: unknown) => void>()
  readonly #callOff: () => void
  readonly #stop: () => void

  /** @param milliseconds 0 means no limit but the caller's signal */
  constructor(clock: Clock, milliseconds: number, tooLate: () => Error, caller?: AbortSignal) {
    const late = new AbortController()
    this.#clock = clock
    this.#ends = milliseconds > 0 ? clock.now() + milliseconds : Number.POSITIVE_INFINITY
    this.signal = caller ? AbortSignal.any([caller, late.signal]) : late.signal
    this.#callOff = milliseconds > 0 ? clock.after(milliseconds, () => late.abort(tooLate())) : () => {}
    this.#stop = () => {
      for (const reject of this.#waiting) reject(this.signal.reason)
    }
    this.signal.addEventListener('abort', this.#stop)
  }

  get left(): number {
    return this.#ends - this.#clock.now()
  }

  /** The promise's outcome, unless the end comes first: then the signal's reason is thrown. */
  race<T>(promise: Promise<T>): Promise<T> {
    const { promise: outcome, resolve, reject } = Promise.withResolvers<T>()
    this.#waiting.add(reject)
    promise.then(resolve, reject).finally(() => this.#waiting.delete(reject))
    if (this.signal.aborted) reject(this.signal.reason)
    return outcome
  }

  async sleep(milliseconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const callOff = this.#clock.after(milliseconds, resolve)
    try {
      await this.race(promise)
    } finally {
      callOff()
    }
  }

  /** The request is over: nothing aborts any more. */
  end(): void {
    this.#callOff()
    this.signal.removeEventListener('abort', this.#stop)
  }
}
