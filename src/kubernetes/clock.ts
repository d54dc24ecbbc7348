/** Time as the conversation with a server needs it, so that tests wait for nothing. */

export interface Clock {
  /** Milliseconds since 1970 as the machine had it at the start; never set back. */
  now(): number
  /** Calls once after so many milliseconds; the function returned calls it off. */
  after(milliseconds: number, call: () => void): () => void
}

export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  after(milliseconds, call) {
    const timer = setTimeout(call, milliseconds)
    return () => clearTimeout(timer)
  },
}
