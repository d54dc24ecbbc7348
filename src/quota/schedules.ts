/** The starts of CronJobs in one window. */

import { oncePerSchedule, startsAfter } from '../schedule/starts.ts'

/** Starts to compute at most: one each second for a day, the shortest period of a schedule and the longest window in use. */
const MAX_STARTS = 86_400

/**
 * Seconds from the beginning of the window to each start; null for a schedule that can't be read.
 * @param timeZone IANA name; null means UTC
 */
export type StartsOf = (schedule: string, timeZone: string | null) => number[] | null

/** @param from ISO 8601; @param within seconds */
export function startsWithin(from: string, within: number): StartsOf {
  return oncePerSchedule((schedule, timeZone) => {
    const starts = startsAfter(schedule, timeZone, from)
    return starts === null ? null : firstOf(starts, within)
  })
}

function firstOf(starts: Iterable<number>, within: number): number[] {
  const found: number[] = []
  for (const start of starts) {
    if (start > within || found.length === MAX_STARTS) break
    found.push(start)
  }
  return found
}
