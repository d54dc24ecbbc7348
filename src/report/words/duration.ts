/** Ages in kubectl's format (apimachinery util/duration, HumanDuration): two units while the second is significant, then one. */

import { pluralize } from './nouns.ts'

const MINUTE = 60
const HOUR = 3600
const DAY = 86_400

/** Returns the time between two ISO 8601 instants, such as `45s`, `12m`, `5h20m`, `3d4h`, `40d`, `2y30d`; null if one is invalid. */
export function age(since: string | null, until: string): string | null {
  const seconds = Math.floor((Date.parse(until) - Date.parse(since ?? '')) / 1000)
  if (Number.isNaN(seconds)) return null
  // Clocks differ slightly between machines: a start in the near future counts as now.
  return seconds < 0 ? '0s' : durationText(seconds)
}

/** Formats milliseconds, rounded up to seconds: `45s`, `2m30s`. */
export function durationOfMilliseconds(milliseconds: number): string {
  return durationText(Math.max(0, Math.ceil(milliseconds / 1000)))
}

/** Formats a number of seconds: `45s`, `5h20m`. */
export function durationText(seconds: number): string {
  if (seconds < 2 * MINUTE) return `${seconds}s`
  if (seconds < 10 * MINUTE) return units(seconds, MINUTE, 'm', 1, 's')
  if (seconds < 3 * HOUR) return units(seconds, MINUTE, 'm')
  if (seconds < 8 * HOUR) return units(seconds, HOUR, 'h', MINUTE, 'm')
  if (seconds < 2 * DAY) return units(seconds, HOUR, 'h')
  if (seconds < 8 * DAY) return units(seconds, DAY, 'd', HOUR, 'h')
  if (seconds < 2 * 365 * DAY) return units(seconds, DAY, 'd')
  if (seconds < 8 * 365 * DAY) return units(seconds, 365 * DAY, 'y', DAY, 'd')
  return units(seconds, 365 * DAY, 'y')
}

function units(seconds: number, large: number, name: string, small?: number, smallName = ''): string {
  const rest = small === undefined ? 0 : Math.floor((seconds % large) / small)
  return `${Math.floor(seconds / large)}${name}${rest === 0 ? '' : `${rest}${smallName}`}`
}

/** Returns a duration in words, such as `6 hours`, `90 minutes`, `45 seconds`: in the largest unit that is exact, otherwise in minutes. */
export function durationInWords(seconds: number): string {
  if (seconds < 2 * MINUTE) return pluralize(Math.ceil(seconds), 'second')
  return seconds % HOUR === 0
    ? pluralize(seconds / HOUR, 'hour')
    : pluralize(Math.round(seconds / MINUTE), 'minute')
}
