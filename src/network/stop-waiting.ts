/** Stops waiting for work that can't be stopped itself. */

import type { Clock } from '../clock.ts'

/** The outcome of the work, unless the signal is aborted first: then its reason is thrown, and the work goes on unobserved. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const giveUp = () => reject(signal.reason)
  if (signal.aborted) giveUp()
  signal.addEventListener('abort', giveUp)
  try {
    return await Promise.race([aborted, work])
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}

/** Resolves to what the work resolves to, or to null if it takes longer than this many milliseconds; it goes on unobserved then. */
export async function within<T>(milliseconds: number, work: Promise<T>, clock: Clock): Promise<T | null> {
  const { promise: late, resolve } = Promise.withResolvers<null>()
  const cancel = clock.after(milliseconds, () => resolve(null))
  return Promise.race([work, late]).finally(cancel)
}
