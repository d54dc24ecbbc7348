/** When a CronJob starts. */

import { Cron } from 'croner'

/** More starts than any limit of Docker Hub has pulls. */
const MOST = 5000

/** Starts within a time from a moment on; many CronJobs share a schedule, and each is worked out once. */
export class Schedules {
  readonly #known = new Map<string, number[] | null>()
  readonly #from: string
  readonly #within: number

  /** @param from ISO 8601; @param within seconds */
  constructor(from: string, within: number) {
    this.#from = from
    this.#within = within
  }

  /** As startsWithin says. */
  startsOf(schedule: string, timeZone: string | null): number[] | null {
    const key = `${timeZone} ${schedule}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const starts = startsWithin(schedule, timeZone, this.#from, this.#within)
    this.#known.set(key, starts)
    return starts
  }
}

/**
 * Seconds from a moment to each start that a schedule has within a time; null for a schedule that can't be read. Kubernetes takes five
 * fields, `@hourly` and its like, `@every 90s`, and `TZ=` in front (robfig/cron v3).
 * @param timeZone IANA name; null means UTC, as for a controller without one
 * @param from ISO 8601
 * @param within seconds
 */
export function startsWithin(
  schedule: string,
  timeZone: string | null,
  from: string,
  within: number,
): number[] | null {
  const [, zone, expression = ''] = /^(?:(?:CRON_)?TZ=(\S+)\s+)?(.*)$/s.exec(schedule.trim()) ?? []
  const every = /^@every\s+(\S+)$/.exec(expression)?.[1]
  if (every !== undefined) return everySeconds(every, within)
  const plain = /^@midnight$/i.test(expression) ? '@daily' : expression.replaceAll('?', '*')
  const begin = Date.parse(from)
  try {
    const cron = new Cron(plain, { timezone: timeZone ?? zone ?? 'UTC', mode: '5-part', paused: true })
    const starts: number[] = []
    let run = cron.nextRun(new Date(begin))
    while (run !== null && starts.length < MOST) {
      const seconds = (run.getTime() - begin) / 1000
      if (seconds > within) break
      starts.push(seconds)
      run = cron.nextRun(run)
    }
    return starts
  } catch {
    return null
  }
}

const SECONDS: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 0.001 }

/** `1h30m`, `90s`; robfig/cron rounds down to seconds and takes none below one. */
function everySeconds(duration: string, within: number): number[] | null {
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)]
  if (parts.map(([whole]) => whole).join('') !== duration) return null
  const total = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (SECONDS[unit ?? ''] ?? 0), 0)
  const period = Math.max(1, Math.floor(total))
  const count = Math.min(MOST, Math.floor(within / period))
  return Array.from({ length: count }, (_, index) => (index + 1) * period)
}
