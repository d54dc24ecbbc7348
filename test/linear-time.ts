/** Tells work that takes linear time from work that takes quadratic time, on machines of any speed and load. */

/** Milliseconds of processor time. */
function timeOf(work: () => unknown): number {
  const began = process.cpuUsage()
  work()
  return process.cpuUsage(began).user / 1000
}

/** Whether the work takes at most that many milliseconds; if the clock says so, nothing more exact has to be asked. */
function isWithin(enough: number, work: () => unknown): boolean {
  const began = performance.now()
  work()
  return performance.now() - began <= enough || timeOf(work) <= enough || timeOf(work) <= enough
}

/** Twice the text takes twice the time if that is linear, and four times if it is quadratic. */
const MOST_GROWTH = 3
/** Of five pairs. */
const MAJORITY = 3

/**
 * Returns how many times longer the work takes for a text of this length than for one of half the length; null if that is linear.
 * Work within `enough` milliseconds is linear for the purpose: shorter times are too inexact to compare.
 */
export function growthOf(
  work: (length: number) => () => unknown,
  { length, enough }: { length: number; enough: number },
): number | null {
  const whole = work(length)
  if (isWithin(enough, whole)) return null
  const half = work(length / 2)
  // A machine's speed changes from one moment to the next, but rarely within a pair.
  const quick: number[] = []
  const slow: number[] = []
  while (quick.length < MAJORITY && slow.length < MAJORITY) {
    const ratio = timeOf(whole) / timeOf(half)
    if (ratio > MOST_GROWTH) slow.push(ratio)
    else quick.push(ratio)
  }
  return slow.length < MAJORITY ? null : Math.min(...slow)
}
