/**
 * When a CronJob starts, as Kubernetes reads its schedule: five fields, `@hourly` and similar names, `@every 90s`, and `TZ=` in front
 * (robfig/cron v3).
 */

import { Cron } from 'croner'

/** Seconds from a given time to each later start, in order; endless unless the schedule ends. */
type Starts = Iterable<number>

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
    const timezone = timeZone ?? zone
    // Croner computes with an offset many times faster than with the name of a time zone, even if that is UTC.
    const clock = timezone === undefined ? { utcOffset: 0 } : { timezone }
    const cron = new Cron(plain, { ...clock, mode: '5-part', paused: true })
    // Schedules know whole seconds; fractions would make equal intervals differ in their last bits.
    const begin = new Date(Math.floor(Date.parse(from) / 1000) * 1000)
    // Croner rejects an unknown time zone only when it computes a start.
    cron.nextRun(begin)
    return startsOf(cron, begin)
  } catch {
    return null
  }
}

/** Computes something once for each schedule and time zone: many CronJobs share one. */
export function oncePerSchedule<Result>(
  compute: (schedule: string, timeZone: string | null) => Result,
): (schedule: string, timeZone: string | null) => Result {
  const known = new Map<string, Result>()
  return (schedule, timeZone) => {
    const key = `${timeZone} ${schedule}`
    const result = known.has(key) ? (known.get(key) as Result) : compute(schedule, timeZone)
    known.set(key, result)
    return result
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

interface Bounds {
  least: number
  most: number
  names: readonly string[]
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const FIELDS: readonly Bounds[] = [
  { least: 0, most: 59, names: [] },
  { least: 0, most: 23, names: [] },
  { least: 1, most: 31, names: [] },
  { least: 1, most: 12, names: MONTHS },
  { least: 0, most: 6, names: DAYS },
]

/** The names of schedules; upper case is refused. */
const SCHEDULES_BY_NAME = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
])

/**
 * The schedule with each field as `*` or a list of numbers; null if Kubernetes refuses the schedule. A step of one leaves a star a star, which
 * matters for days: they have to match both fields if one is a star, else either.
 */
export function plainSchedule(expression: string): string | null {
  const fields = (SCHEDULES_BY_NAME.get(expression) ?? expression).split(/\s+/).filter(text => text !== '')
  if (fields.length !== FIELDS.length) return null
  const plain = FIELDS.map((bounds, index) => plainField(fields[index] ?? '', bounds))
  return plain.includes(null) ? null : plain.join(' ')
}

function plainField(field: string, bounds: Bounds): string | null {
  const ranges = field
    .split(',')
    .filter(part => part !== '')
    .map(part => rangeOf(part, bounds))
  const numbers = new Set<number>()
  for (const range of ranges) {
    if (range === null) return null
    for (let number = range.start; number <= range.end; number += range.step) numbers.add(number)
  }
  if (ranges.some(range => range?.isStar)) return '*'
  return numbers.size === 0 ? null : [...numbers].sort((one, other) => one - other).join(',')
}

interface Range {
  start: number
  end: number
  step: number
  isStar: boolean
}

/** `*`, `?`, `3`, `3-9`, each with a step behind a slash; `3/5` runs from 3 to the end. */
function rangeOf(part: string, bounds: Bounds): Range | null {
  const [text = '', stepText, ...more] = part.split('/')
  const [low = '', high, ...others] = text.split('-')
  const step = stepText === undefined ? 1 : numberIn(stepText)
  if (more.length > 0 || step === null || step === 0) return null
  if (low === '*' || low === '?') return { start: bounds.least, end: bounds.most, step, isStar: step === 1 }
  const start = numberIn(low, bounds.names, bounds.least)
  const written = high === undefined ? start : numberIn(high, bounds.names, bounds.least)
  const end = high === undefined && stepText !== undefined ? bounds.most : written
  if (others.length > 0 || start === null || end === null) return null
  const isWithin = bounds.least <= start && start <= end && end <= bounds.most
  return isWithin ? { start, end, step, isStar: false } : null
}

function numberIn(text: string, names: readonly string[] = [], first = 0): number | null {
  const index = names.indexOf(text.toLowerCase())
  if (index !== -1) return index + first
  return /^\+?\d{1,9}$/.test(text) ? Number(text) : null
}
