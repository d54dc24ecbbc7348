/** How often containers start in six hours, Docker Hub's window for counting pulls: by a CronJob's schedule, and in a crash loop. */

import { HUB_WINDOW_HOURS } from '../image/docker-hub.ts'
import { startsAfter } from '../schedule/starts.ts'

/** Seconds. */
const WINDOW = HUB_WINDOW_HOURS * 3600
/** Starts to look at: more than a schedule with one start per minute has in six hours. */
const RUNS = 400

/**
 * The most starts of a CronJob's schedule in any six hours of its next 400 starts (or of its next six hours, if those have more);
 * null for a schedule that can't be read.
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

/** Seconds that the kubelet waits after a crash, doubled each time up to the longest (pkg/kubelet: initialBackOff, MaxContainerBackOff). */
const FIRST_WAIT = 10
const LONGEST_WAIT = 300

/**
 * Starts of a container that always crashes immediately, in its first six hours. With ReduceDefaultCrashLoopBackOffDecay (KEP-4603), the
 * waits go from 1 to 60 seconds instead.
 */
export function crashLoopStarts(firstWait = FIRST_WAIT, longestWait = LONGEST_WAIT): number {
  let starts = 1
  for (let time = 0, wait = firstWait; time + wait < WINDOW; wait = Math.min(longestWait, wait * 2)) {
    time += wait
    starts += 1
  }
  return starts
}
