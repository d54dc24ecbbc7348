/** The clock. Code that needs the time or has to wait gets a Clock, so that tests never wait. */

import { setTimeout as sleepFor } from 'node:timers/promises'

export interface Clock {
  /** Milliseconds since 1970, by the machine's clock at start-up; never goes backward. */
  now(): number
  /** Resolves after this many milliseconds. Rejects early with the signal's reason if the signal is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
  /** Calls `call` once after this many milliseconds, to limit how long other work may take. Returns a function that cancels it. */
  after(milliseconds: number, call: () => void): () => void
}

/** When this process started, in milliseconds since 1970. */
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
