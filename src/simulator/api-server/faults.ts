/** Faults that a test injects: which request fails, and how. */

import { Refusal } from '../cluster/refusal.ts'

/**
 * A status is returned instead of the response; `reset` cuts the connection before the request is handled, `lost-answer` afterwards;
 * `truncated` handles it and cuts the response in half; `slow` handles it after a delay.
 */
export type Fault =
  | 401
  | 403
  | 404
  | 409
  | 410
  | 422
  | 429
  | 500
  | 503
  | 504
  | 'reset'
  | 'lost-answer'
  | 'truncated'
  | { slow: number }
  | { status: 429 | 503; retryAfter: number }

export interface FaultedRequest {
  method: string
  /** Without the query. */
  path: string
  query: string
}

export class Faults {
  #seen = 0
  #at = new Map<number, Fault>()
  #next: Fault[] = []
  #rules: { matches: (request: FaultedRequest) => boolean; fault: Fault; left: number }[] = []

  /** The next requests get these faults, one each. */
  next(...faults: Fault[]): void {
    this.#next.push(...faults)
  }

  /** Faults the request with that index, counted from 0 since the start or the last clear(). */
  at(index: number, fault: Fault): void {
    this.#at.set(index, fault)
  }

  /** Faults every matching request, at most `times` of them. */
  when(matches: (request: FaultedRequest) => boolean, fault: Fault, times = Number.POSITIVE_INFINITY): void {
    this.#rules.push({ matches, fault, left: times })
  }

  /** Removes all faults and counts from 0 again. */
  clear(): void {
    this.#seen = 0
    this.#at.clear()
    this.#next = []
    this.#rules = []
  }

  /** The fault for this request, if any. Called once for each request. */
  take(request: FaultedRequest): Fault | undefined {
    const index = this.#seen++
    const planned = this.#at.get(index) ?? this.#next.shift()
    if (planned !== undefined) return planned
    const rule = this.#rules.find(({ matches, left }) => left > 0 && matches(request))
    if (rule) rule.left -= 1
    return rule?.fault
  }
}

const STATUSES: Record<number, { reason: string; message: string }> = {
  401: { reason: 'Unauthorized', message: 'Unauthorized' },
  403: { reason: 'Forbidden', message: 'forbidden: User "admin" cannot do this' },
  404: { reason: 'NotFound', message: 'the server could not find the requested resource' },
  409: {
    reason: 'Conflict',
    message:
      'Operation cannot be fulfilled: the object has been modified; please apply your changes to the latest version and try again',
  },
  410: {
    reason: 'Expired',
    message: 'The provided continue parameter is too old to display a consistent list result.',
  },
  422: { reason: 'Invalid', message: 'the server rejected our request due to an error in our request' },
  500: { reason: 'InternalError', message: 'Internal error occurred: etcdserver: request timed out' },
  503: { reason: 'ServiceUnavailable', message: 'the server is currently unable to handle the request' },
  504: {
    reason: 'Timeout',
    message: 'Timeout: request did not complete within requested timeout - context deadline exceeded',
  },
}

/** The response of a status fault; undefined for other faults. A 429 is plain text, as API priority and fairness writes it. */
export function faultAnswer(fault: Fault): { refusal: Refusal; plain: boolean } | undefined {
  const code =
    typeof fault === 'number' ? fault : typeof fault === 'object' && 'status' in fault ? fault.status : 0
  if (code === 0) return undefined
  const wait = typeof fault === 'object' && 'retryAfter' in fault ? fault.retryAfter : 1
  const headers: Record<string, string> = code === 429 || code === 503 ? { 'retry-after': String(wait) } : {}
  if (code === 429) {
    const text = 'Too many requests, please try again later.'
    return { refusal: new Refusal(429, 'TooManyRequests', text, undefined, headers), plain: true }
  }
  const { reason = '', message = '' } = STATUSES[code] ?? {}
  return { refusal: new Refusal(code, reason, message, {}, headers), plain: false }
}
