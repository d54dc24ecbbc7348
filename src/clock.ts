/** The clock: code that needs the time or waits gets a Clock, so that tests never wait. */

import { setTimeout as sleepFor } from 'node:timers/promises'

export interface Clock {
  /** Milliseconds since 1970 as the machine had it at the start; never set back. */
  now(): number
  /** Resolves after so many milliseconds. Ends early, by throwing the signal's reason, when the signal is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
  /** Calls once after so many milliseconds, to bound what something else may take; the function returned cancels it. */
  after(milliseconds: number, call: () => void): () => void
}

/** When this process began, in milliseconds since 1970. */
export const PROCESS_START = performance.timeOrigin

/** The machine's own time. */
export const systemClock: Clock = {
  // Monotonic: setting the machine's clock must not change how long a wait takes.
  now: () => performance.timeOrigin + performance.now(),
  async sleep(milliseconds, signal) {
    try {
      await sleepFor(milliseconds, undefined, signal ? { signal } : {})
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  },
  after(milliseconds, call) {
    const timer = setTimeout(call, milliseconds)
    return () => clearTimeout(timer)
  },
}
