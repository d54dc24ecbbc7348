/** When a refused request may be sent again, and how long to wait until then. */

import { retryAfter } from '../../network/retry-after.ts'
import type { HttpResponse } from '../http/connection.ts'
import type { ApiRequest } from './api-request.ts'

/** Gateways and servers that start or stop; a 500 says so only with Retry-After. */
const TRANSIENT = [429, 502, 503, 504]
const FIRST_WAIT = 1000
/** Doubled with each refusal, so that a server that always sends `Retry-After: 0` is asked less and less often. */
const SHORTEST_WAIT = 100

/**
 * Milliseconds to wait before asking again, or null where the answer stands. A write is repeated only where the server
 * turned it away at the door: 429 or 503 with Retry-After (priority and fairness, or a server that is not ready).
 * @param failures how many answers of this kind came before
 */
export function retryDelay(
  request: ApiRequest,
  response: HttpResponse,
  failures: number,
  now: number,
): number | null {
  const { status, headers } = response
  const requested = retryAfter(headers['retry-after'], now)
  const wait = requested === null ? null : Math.max(requested, SHORTEST_WAIT * 2 ** failures)
  if (status === 429 && request.final429) return null
  if (request.kind === 'write') return status === 429 || status === 503 ? wait : null
  if (wait !== null && (TRANSIENT.includes(status) || status === 500)) return wait
  return TRANSIENT.includes(status) ? FIRST_WAIT * 2 ** failures : null
}
