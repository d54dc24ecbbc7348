/** How often containers start in six hours, the window in which Docker Hub counts pulls: by a CronJob's schedule, and in a crash loop. */

import { Cron } from 'croner'

/** Seconds. */
const WINDOW = 6 * 3600
/** More than the densest six hours have of a schedule that runs by the minute. */
const RUNS = 400

/**
 * The most runs that a CronJob's schedule has in any six hours of its next 400; null for one that can't be read.
 * Kubernetes takes five fields, `@hourly` and its like, `@every 90s`, and `TZ=` in front (robfig/cron v3).
 * @param timeZone IANA name; null means UTC, as for a controller that is told nothing
 * @param from ISO 8601
 */
export function scheduledStarts(schedule: string, timeZone: string | null, from: string): number | null {
  const [, zone, expression = ''] = /^(?:(?:CRON_)?TZ=(\S+)\s+)?(.*)$/s.exec(schedule.trim()) ?? []
  const every = /^@every\s+(.+)$/.exec(expression)?.[1]
  if (every !== undefined) return startsOfEvery(every)
  const plain = /^@midnight$/i.test(expression) ? '@daily' : expression.replaceAll('?', '*')
  try {
    const cron = new Cron(plain, { timezone: timeZone ?? zone ?? 'UTC', mode: '5-part', paused: true })
    return densest(cron.nextRuns(RUNS, new Date(from)).map(run => run.getTime() / 1000))
  } catch {
    return null
  }
}

/** `1h30m`, `90s`; robfig/cron rounds down to seconds and takes none below one. */
function startsOfEvery(duration: string): number | null {
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(h|m|s|ms)/g)]
  if (parts.map(([whole]) => whole).join('') !== duration) return null
  const seconds = parts.reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (SECONDS[unit ?? ''] ?? 0),
    0,
  )
  return Math.floor(WINDOW / Math.max(1, Math.floor(seconds)))
}

const SECONDS: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 0.001 }

/** The most of these moments, in order and in seconds, that lie within one window. */
function densest(moments: number[]): number {
  let most = 0
  let first = 0
  for (const [index, moment] of moments.entries()) {
    while (moment - (moments[first] ?? moment) >= WINDOW) first += 1
    most = Math.max(most, index - first + 1)
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
