/** The machine's own time. */

import { setTimeout as sleepFor } from 'node:timers/promises'
import type { Clock } from './apply-context.ts'

/** Sleeps end early, by throwing the signal's reason, when the signal is aborted. */
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
}
