/** Turns a request that failed into a gap: known not to be known. */

import { ApiError } from '../kubernetes/api/api-error.ts'
import { redact } from '../secrecy/redact.ts'
import type { Gap, GapReason } from '../snapshot/snapshot.ts'

/**
 * The gap that a failed request leaves. `what` is the plural as kubectl prints it; `namespace` null means cluster-wide.
 * @throws the error itself where nothing else can be read either (401), or where it is no answer of a server at all.
 */
export function gapOf(error: unknown, what: string, namespace: string | null): Gap {
  if (!(error instanceof ApiError) || error.status === 401) throw error
  return { what, namespace, why: reasonOf(error), detail: redact(error.message) }
}

/** Each gap once, cluster-wide ones first. */
export function uniqueGaps(gaps: Gap[]): Gap[] {
  const byKey = new Map(gaps.map(gap => [`${gap.namespace ?? ''} ${gap.what} ${gap.why}`, gap]))
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, gap]) => gap)
}

export function isForbidden(error: unknown): boolean {
  return error instanceof ApiError && error.status === 403
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404
}

function reasonOf({ status, reason }: ApiError): GapReason {
  if (status === 403) return 'forbidden'
  if (status === 410) return 'expired'
  if (status === 408 || status === 504 || /time(d)?_?-?out/i.test(reason)) return 'timeout'
  return /truncat/i.test(reason) ? 'truncated' : 'failed'
}
