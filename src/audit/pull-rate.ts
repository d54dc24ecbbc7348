/** How often containers start in six hours, the window in which Docker Hub counts pulls: by a CronJob's schedule, and in a crash loop. */

import { startsAfter } from '../schedule/starts.ts'

/** Seconds. */
const WINDOW = 6 * 3600
/** More than the densest six hours have of a schedule that runs by the minute. */
const RUNS = 400

/**
 * The most starts that a CronJob's schedule has in any six hours of its next 400, or of its next six hours if those have more; null for one
 * that can't be read.
 * @param timeZone IANA name; null means UTC, as for a controller without one
 * @param from ISO 8601
 */
export function scheduledStarts(schedule: string, timeZone: string | null, from: string): number | null {
  const starts = startsAfter(schedule, timeZone, from)
  if (starts === null) return null
  const seen: number[] = []
  let first = 0
  let most = 0
  for (const start of starts) {
    if (seen.length >= RUNS && start - (seen[0] ?? start) >= WINDOW) break
    seen.push(start)
    while (start - (seen[first] ?? start) >= WINDOW) first += 1
    most = Math.max(most, seen.length - first)
  }
  return most
}

/** Seconds that the kubelet waits: twice as long after each crash, up to the longest (pkg/kubelet: MaxContainerBackOff, initialBackOff). */
const FIRST_WAIT = 10
const LONGEST_WAIT = 300

/**
 * Starts of a container that always crashes at once, in the first six hours. With ReduceDefaultCrashLoopBackOffDecay (KEP-4603) the waits go
 * from 1 to 60 seconds instead.
 */
export function crashLoopStarts(firstWait = FIRST_WAIT, longestWait = LONGEST_WAIT): number {
  let starts = 1
  for (let time = 0, wait = firstWait; time + wait < WINDOW; wait = Math.min(longestWait, wait * 2)) {
    time += wait
    starts += 1
  }
  return starts
}
