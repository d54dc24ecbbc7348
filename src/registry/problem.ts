/** What an HTTP status of a registry or token server means. */

import { retryAfter } from '../network/retry-after.ts'
import type { RegistryAnswer } from './connection.ts'
import type { RegistryProblem } from './outcome.ts'

/** Any status but success and 404. `who` leads the detail: `registry` or `token server`. */
export function problemOf(answer: RegistryAnswer, who: string): RegistryProblem {
  const { status, headers, url, at } = answer
  if (status === 401 || status === 403) return { status: 'denied', httpStatus: status }
  if (status === 429) {
    const wait = retryAfter(headers['retry-after'], at)
    return { status: 'rate-limited', retryAfterSeconds: wait === null ? null : Math.ceil(wait / 1000) }
  }
  return { status: 'server-error', httpStatus: status, detail: `${who} ${url.host} answered ${status}` }
}
