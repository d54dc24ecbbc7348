/**
 * When a CronJob starts, as Kubernetes reads its schedule: five fields, `@hourly` and similar names, `@every 90s`, and `TZ=` in front
 * (robfig/cron v3).
 */

import { Cron } from 'croner'
import { plainSchedule } from './fields.ts'

/** Seconds from a given time to each later start, in order; endless unless the schedule ends. */
export type Starts = Iterable<number>

/**
 * Returns null for a schedule that can't be read.
 * @param timeZone IANA name; null means UTC, as for a controller without one
 * @param from ISO 8601
 */
export function startsAfter(schedule: string, timeZone: string | null, from: string): Starts | null {
  const [, zone, expression = ''] = /^(?:(?:CRON_)?TZ=(\S+)\s+)?(.*)$/s.exec(schedule.trimEnd()) ?? []
  const every = /^@every\s+(\S+)$/.exec(expression)?.[1]
  if (every !== undefined) {
    const period = secondsOf(every)
    return period === null ? null : startsEvery(period)
  }
  const plain = plainSchedule(expression)
  if (plain === null) return null
  try {
    const cron = new Cron(plain, { timezone: timeZone ?? zone ?? 'UTC', mode: '5-part', paused: true })
    const begin = new Date(from)
    // Croner rejects an unknown time zone only when it computes a start.
    cron.nextRun(begin)
    return startsOf(cron, begin)
  } catch {
    return null
  }
}

function* startsOf(cron: Cron, begin: Date): Generator<number> {
  for (let run = cron.nextRun(begin); run !== null; run = cron.nextRun(run))
    yield (run.getTime() - begin.getTime()) / 1000
}

function* startsEvery(period: number): Generator<number> {
  for (let start = period; ; start += period) yield start
}

const SECONDS: Record<string, number> = {
  h: 3600,
  m: 60,
  s: 1,
  ms: 1e-3,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ns: 1e-9,
}

/** Seconds of a Go duration, such as `1h30m`, rounded down to at least one, as in robfig/cron; null if it can't be parsed. */
function secondsOf(duration: string): number | null {
  const parts = [...duration.matchAll(/(\d+\.?\d*|\.\d+)(ms|us|µs|μs|ns|h|m|s)/g)]
  if (parts.map(([whole]) => whole).join('') !== duration) return null
  const total = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (SECONDS[unit ?? ''] ?? 0), 0)
  return Math.max(1, Math.floor(total))
}
