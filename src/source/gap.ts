/** Turns a failed request into a gap: a record that something is unknown. */

import { ApiError } from '../kubernetes/api/api-error.ts'
import { byText } from '../order.ts'
import { redact } from '../secrecy/redact.ts'
import type { Gap, GapReason } from '../snapshot/snapshot.ts'

/**
 * Returns the gap that a failed request leaves.
 * @param what plural, as kubectl prints it
 * @param namespace null means cluster-wide
 * @throws the error itself if it is not a response of the API server
 */
export function gapOf(error: unknown, what: string, namespace: string | null): Gap {
  rethrowUnlessApiError(error)
  return { what, namespace, why: reasonOf(error), detail: redact(error.message) }
}

/** For failures that leave no gap. @throws any error that is not a response of the API server */
export function rethrowUnlessApiError(error: unknown): asserts error is ApiError {
  if (!(error instanceof ApiError)) throw error
}

/** Removes duplicates and puts cluster-wide gaps first. */
export function uniqueGaps(gaps: Gap[]): Gap[] {
  const byKey = new Map(gaps.map(gap => [`${gap.namespace ?? ''} ${gap.what} ${gap.why}`, gap]))
  return [...byKey].sort(byText(([key]) => key)).map(([, gap]) => gap)
}

function reasonOf({ status, reason }: ApiError): GapReason {
  if (status === 403) return 'forbidden'
  if (status === 410) return 'expired'
  if (status === 408 || status === 504 || /time(d)?_?-?out/i.test(reason)) return 'timeout'
  return /truncat/i.test(reason) ? 'truncated' : 'failed'
}
