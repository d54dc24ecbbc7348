/** Time: whoever looks at it or waits is handed a clock, so that a test waits for nothing. */

import { setTimeout as sleepFor } from 'node:timers/promises'

export interface Clock {
  /** Milliseconds since 1970 as the machine had it at the start; never set back. */
  now(): number
  /** Resolves after so many milliseconds. Ends early, by throwing the signal's reason, when the signal is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
  /** Calls once after so many milliseconds, to bound what something else may take; the function returned cancels it. */
  after(milliseconds: number, call: () => void): () => void
}

/** The machine's own time. */
export const systemClock: Clock = {
  // Set back or forward while we wait, the machine's clock would make the wait longer or shorter.
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
