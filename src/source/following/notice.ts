/** Lets a caller wait for the next change, and keeps the last connection error. */
export class Notice {
  trouble: Error | null = null
  #waiting = waiter()

  readonly callbacks = {
    onChange: (): void => this.#renew().resolve(),
    onTrouble: (error: Error | null): void => {
      this.trouble = error
      this.#renew().resolve()
    },
    onFailure: (error: unknown): void => this.#renew().reject(error),
  }

  next(): Promise<void> {
    return this.#waiting.promise
  }

  #renew(): PromiseWithResolvers<void> {
    const waiting = this.#waiting
    this.#waiting = waiter()
    return waiting
  }
}

function waiter(): PromiseWithResolvers<void> {
  const waiter = Promise.withResolvers<void>()
  // A rejection without a listener must not end the process: the next look gets it.
  waiter.promise.catch(() => {})
  return waiter
}
