/** Reads Docker Hub's answer from headers as curl and Wget print them. */

import { retryAfter } from '../network/retry-after.ts'
import type { ResponseHeaders } from './connection.ts'
import type { QuotaOutcome } from './outcome.ts'
import { parseQuota } from './quota.ts'

/**
 * A proxy's own answer may come before; the last one counts. The text is untrusted: an image's programs wrote it.
 * @param now milliseconds since 1970
 */
export function parseQuotaText(text: string, now: number): QuotaOutcome {
  let status = 0
  let headers: ResponseHeaders = {}
  for (const line of text.split('\n')) {
    const answered = /^\s*HTTP\/[\d.]+ (\d{3})\b/i.exec(line)?.[1]
    if (answered !== undefined) {
      status = Number(answered)
      headers = {}
    }
    const [, name, value] = /^\s*([\w-]+):\s*(.*?)\s*$/.exec(line) ?? []
    if (name !== undefined && value !== undefined) headers[name.toLowerCase()] = value
  }
  if (status === 429) {
    const wait = retryAfter(headers['retry-after'], now)
    return { status: 'rate-limited', retryAfterSeconds: wait === null ? null : Math.ceil(wait / 1000) }
  }
  if (status === 401 || status === 403) return { status: 'denied', httpStatus: status }
  const unreadable = {
    status: 'server-error',
    httpStatus: status,
    detail:
      status === 200 ? "the answer doesn't say how many pulls are left" : `Docker Hub answered ${status}`,
  } as const
  return status === 200 ? (parseQuota(headers) ?? unreadable) : unreadable
}
