/** What an HTTP status of a registry or token server means. */

import type { RegistryAnswer } from './connection.ts'
import type { RegistryProblem } from './outcome.ts'

/** Any status but success and 404. `who` leads the detail: `registry` or `token server`. */
export function problemOf(answer: RegistryAnswer, who: string): RegistryProblem {
  const { status, headers, url, at } = answer
  if (status === 401 || status === 403) return { status: 'denied', httpStatus: status }
  if (status === 429) {
    return { status: 'rate-limited', retryAfterSeconds: retryAfter(headers['retry-after'], at) }
  }
  return { status: 'server-error', httpStatus: status, detail: `${who} ${url.host} answered ${status}` }
}

/** Retry-After in seconds from `now` (milliseconds since 1970); both its spellings (RFC 9110 10.2.3). Null if there is none. */
export function retryAfter(header: string | string[] | undefined, now: number): number | null {
  const text = (Array.isArray(header) ? header[0] : header)?.trim() ?? ''
  if (/^\d{1,9}$/.test(text)) return Number(text)
  const date = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? null : Math.max(0, Math.ceil((date - now) / 1000))
}
