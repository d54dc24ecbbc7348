/** Tells work that takes linear time from work that takes quadratic time, on machines of any speed and load. */

/** Milliseconds of processor time. */
function timeOf(work: () => unknown): number {
  const began = process.cpuUsage()
  work()
  return process.cpuUsage(began).user / 1000
}

/** The fastest of some runs, since other work on the machine and garbage collection only add time. */
const fastest = (runs: number, work: () => unknown) =>
  Math.min(...Array.from({ length: runs }, () => timeOf(work)))

/** Twice the text takes twice the time if that is linear, and four times if it is quadratic. */
const MOST_GROWTH = 3

/**
 * Returns how many times longer the work takes for a text of this length than for one of half the length; null if that is linear.
 * Work within `enough` milliseconds is linear for the purpose: shorter times are too inexact to compare.
 */
export function growthOf(
  work: (length: number) => () => unknown,
  { length, enough }: { length: number; enough: number },
): number | null {
  const whole = work(length)
  if (timeOf(whole) <= enough) return null
  const time = fastest(3, whole)
  if (time <= enough) return null
  // Short runs are measured less exactly, so there are more of them.
  const growth = time / fastest(6, work(length / 2))
  return growth > MOST_GROWTH ? growth : null
}
