/** The simulator's clock: the real one or a test's, plus the seconds that a test has advanced it by. */

export class Clock {
  readonly #base: () => number
  #ahead = 0

  /** `base` gives milliseconds since 1970. */
  constructor(base: () => number) {
    this.#base = base
  }

  /** Milliseconds since 1970. */
  now(): number {
    return this.#base() + this.#ahead
  }

  advance(seconds: number): void {
    this.#ahead += seconds * 1000
  }

  /** As HTTP writes a time. */
  httpDate(): string {
    return new Date(this.now()).toUTCString()
  }

  /** As Kubernetes writes a time: `2026-11-24T09:05:45Z`. */
  timestamp(secondsAhead = 0): string {
    return timestampOf(this.now() + secondsAhead * 1000)
  }
}

/** Whole seconds, RFC 3339, as Kubernetes writes a time. */
const timestampOf = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z')
