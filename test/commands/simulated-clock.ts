/** The simulated cluster's time: whoever sleeps lets it pass, and the cluster moves on meanwhile. */
import { type Clock, systemClock } from '../../src/clock.ts'
import type { Simulator } from '../../src/simulator/simulator.ts'

/** For a program that runs against `simulator`: nobody waits, and both agree on what time it is. */
export const clockOf = (simulator: Simulator): Clock => ({
  now: () => simulator.cluster.clock.now(),
  async sleep(milliseconds, signal) {
    // A turn of the event loop, in which a signal may come.
    await new Promise(setImmediate)
    signal?.throwIfAborted()
    await simulator.advance(milliseconds / 1000)
  },
  // Requests go over a real connection: what bounds them is real time.
  after: systemClock.after,
})
