/** Ages in kubectl's format (apimachinery util/duration, HumanDuration): two units while the second is significant, then one. */

import type { Diagnosis } from '../../diagnosis/finding.ts'
import { pluralize } from './nouns.ts'

const MINUTE = 60
const HOUR = 3600
const DAY = 86_400
const YEAR = 365 * DAY

/** Returns the time between two ISO 8601 instants, such as `45s`, `12m`, `5h20m`, `3d4h`, `40d`, `2y30d`; null if one is invalid. */
export function age(since: string | null, until: string): string | null {
  const seconds = Math.floor((Date.parse(until) - Date.parse(since ?? '')) / 1000)
  if (Number.isNaN(seconds)) return null
  // Clocks differ slightly between machines: a start in the near future counts as now.
  return seconds < 0 ? '0s' : durationText(seconds)
}

/** When a diagnosis was made, and how that is known. */
export type Moment = Pick<Diagnosis, 'takenAt' | 'source' | 'gaps'>

/**
 * Returns how long a pull has been failing; null if that is unknown: a dump was made at the newest time in it, which is the pod's own creation
 * if there are no events.
 */
export function failingFor(since: string | null, { takenAt, source, gaps }: Moment): string | null {
  const isLater = Date.parse(takenAt) - Date.parse(since ?? '') >= 1000 * MINUTE
  const undated =
    source.type === 'file' && gaps.some(({ what, why }) => what === 'events' && why === 'absent')
  return undated && !isLater ? null : age(since, takenAt)
}

/** Formats milliseconds, rounded up to seconds: `45s`, `2m30s`. */
export function durationOfMilliseconds(milliseconds: number): string {
  return durationText(Math.max(0, Math.ceil(milliseconds / 1000)))
}

/** Formats a number of seconds: `45s`, `5h20m`. */
export function durationText(seconds: number): string {
  if (seconds < 2 * MINUTE) return `${seconds}s`
  const [, unit, smaller] = UNITS.find(([limit]) => seconds < limit) ?? LONGEST
  const rest = smaller === null ? 0 : Math.floor((seconds % SECONDS[unit]) / SECONDS[smaller])
  return `${Math.floor(seconds / SECONDS[unit])}${unit}${rest === 0 ? '' : `${rest}${smaller}`}`
}

const SECONDS = { s: 1, m: MINUTE, h: HOUR, d: DAY, y: YEAR }

type Unit = keyof typeof SECONDS

/** The units of durations below each limit, in seconds. */
const UNITS: readonly [limit: number, unit: Unit, smaller: Unit | null][] = [
  [10 * MINUTE, 'm', 's'],
  [3 * HOUR, 'm', null],
  [8 * HOUR, 'h', 'm'],
  [2 * DAY, 'h', null],
  [8 * DAY, 'd', 'h'],
  [2 * YEAR, 'd', null],
  [8 * YEAR, 'y', 'd'],
]
const LONGEST = [Number.POSITIVE_INFINITY, 'y', null] as const

/** Returns a duration in words, such as `6 hours`, `90 minutes`, `45 seconds`: in the largest unit that is exact, otherwise in minutes. */
export function durationInWords(seconds: number): string {
  if (seconds < 2 * MINUTE) return pluralize(Math.ceil(seconds), 'second')
  return seconds % HOUR === 0
    ? pluralize(seconds / HOUR, 'hour')
    : pluralize(Math.round(seconds / MINUTE), 'minute')
}

/** Returns a duration in words, rounded down to its largest unit, such as `3 days`. */
export function roundedDown(seconds: number): string {
  const minutes = Math.floor(seconds / 60)
  if (minutes < 120) return pluralize(minutes, 'minute')
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? pluralize(hours, 'hour') : pluralize(Math.floor(hours / 24), 'day')
}

/** Returns the time to the minute, such as `2026-11-27 09:57 UTC`. @param time ISO 8601 */
export function minuteOf(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')} UTC`
}
