/** A clock without real waits: time jumps to the earliest sleeper whenever nothing else is running. */

import type { Clock } from '../../src/clock.ts'

export const NOON = Date.UTC(2026, 0, 1, 12)

/** Starts at NOON. */
export function fakeClock(): Clock & { elapsed(): number } {
  const waiting = new Set<{ at: number; call: () => void }>()
  let now = NOON
  let awake = false
  const wake = () => {
    if (awake || waiting.size === 0) return
    awake = true
    setImmediate(() => {
      awake = false
      const [next] = [...waiting].sort((a, b) => a.at - b.at)
      if (!next) return
      waiting.delete(next)
      now = next.at
      next.call()
      wake()
    })
  }
  const after: Clock['after'] = (milliseconds, call) => {
    const one = { at: now + milliseconds, call }
    waiting.add(one)
    wake()
    return () => waiting.delete(one)
  }
  return {
    now: () => now,
    elapsed: () => now - NOON,
    after,
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted()
        const cancel = after(milliseconds, resolve)
        signal?.addEventListener('abort', () => {
          cancel()
          reject(signal.reason)
        })
      }),
  }
}
