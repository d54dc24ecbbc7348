/** The starts of CronJobs in one window. Many CronJobs share a schedule, so each schedule is computed once. */

import { startsAfter } from '../schedule/starts.ts'

/** Starts to compute at most: one each second for a day, the shortest period of a schedule and the longest window in use. */
const MOST = 86_400

export class Schedules {
  readonly #known = new Map<string, number[] | null>()
  readonly #from: string
  readonly #within: number

  /** @param from ISO 8601; @param within seconds */
  constructor(from: string, within: number) {
    this.#from = from
    this.#within = within
  }

  /**
   * Seconds from the beginning of the window to each start; null for a schedule that can't be read.
   * @param timeZone IANA name; null means UTC
   */
  startsOf(schedule: string, timeZone: string | null): number[] | null {
    const key = `${timeZone} ${schedule}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const starts = startsAfter(schedule, timeZone, this.#from)
    const within = starts === null ? null : firstOf(starts, this.#within)
    this.#known.set(key, within)
    return within
  }
}

function firstOf(starts: Iterable<number>, within: number): number[] {
  const found: number[] = []
  for (const start of starts) {
    if (start > within || found.length === MOST) break
    found.push(start)
  }
  return found
}
